//! `bench-axum PORT THREADS`: the benchmark service on axum and serde, one current-thread runtime per thread.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Serialize)]
struct Item {
    id: i64,
    name: String,
    price: f64,
    tags: Vec<&'static str>,
    available: bool,
}

#[derive(Serialize)]
struct Found {
    term: String,
    total: usize,
    minimum: f64,
    items: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    sku: String,
    quantity: i64,
    price: f64,
}

#[derive(Deserialize)]
struct Address {
    #[allow(dead_code)]
    street: String,
    city: String,
    #[allow(dead_code)]
    postcode: String,
}

#[derive(Deserialize)]
struct Order {
    customer: String,
    address: Address,
    lines: Vec<Line>,
    #[allow(dead_code)]
    note: Option<String>,
}

#[derive(Serialize)]
struct Receipt {
    customer: String,
    city: String,
    units: i64,
    total: f64,
    dearest: String,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Search {
    term: String,
    limit: i64,
    minimum: f64,
    #[serde(default)]
    exact: bool,
}

fn item(number: i64) -> Item {
    Item {
        id: number,
        name: format!("item {number}"),
        price: number as f64 * 0.25,
        tags: if number % 2 == 0 { vec!["red", "small"] } else { vec!["blue"] },
        available: number % 3 != 0,
    }
}

async fn plaintext() -> &'static str {
    "Hello, World!"
}

async fn read_item(Path(number): Path<i64>) -> Json<Item> {
    Json(item(number))
}

async fn search(Query(asked): Query<Search>) -> Result<Json<Found>, (StatusCode, &'static str)> {
    if asked.limit < 1 || asked.limit > 100 {
        return Err((StatusCode::BAD_REQUEST, "limit is 1 to 100"));
    }
    let items: Vec<Item> = (0..asked.limit)
        .map(item)
        .filter(|found| found.price >= asked.minimum || asked.exact)
        .collect();
    Ok(Json(Found { term: asked.term, total: items.len(), minimum: asked.minimum, items }))
}

async fn order(Json(body): Json<Order>) -> Json<Receipt> {
    let (mut units, mut total, mut dearest, mut highest) = (0, 0.0, String::new(), -1.0);
    for line in &body.lines {
        units += line.quantity;
        total += line.quantity as f64 * line.price;
        if line.price > highest {
            highest = line.price;
            dearest = line.sku.clone();
        }
    }
    Json(Receipt { customer: body.customer, city: body.address.city, units, total, dearest, lines: body.lines })
}

async fn report(Path(first): Path<i64>) -> Json<Vec<Item>> {
    Json((first..first + 120).map(item).collect())
}

async fn suspend(Path(number): Path<i64>) -> Json<Item> {
    tokio::task::yield_now().await;
    Json(item(number))
}

async fn wait(Path(number): Path<i64>) -> Json<Item> {
    tokio::time::sleep(Duration::from_millis(1)).await;
    Json(item(number))
}

fn listener(address: SocketAddr) -> std::io::Result<std::net::TcpListener> {
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::STREAM, None)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    Ok(socket.into())
}

fn serve(address: SocketAddr) {
    let app = Router::new()
        .route("/plaintext", get(plaintext))
        .route("/items/{number}", get(read_item))
        .route("/search", get(search))
        .route("/orders", post(order))
        .route("/report/{first}", get(report))
        .route("/yield/{number}", get(suspend))
        .route("/timer/{number}", get(wait));
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
        let listener = listener(address).expect("the port is free");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        axum::serve(listener, app).await.expect("serving goes on");
    });
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().and_then(|text| text.parse().ok()).expect("a port");
    let threads: usize = arguments.next().and_then(|text| text.parse().ok()).expect("a number of threads");
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let all: Vec<_> = (0..threads).map(|_| std::thread::spawn(move || serve(address))).collect();
    for thread in all {
        thread.join().expect("the thread serves");
    }
}
