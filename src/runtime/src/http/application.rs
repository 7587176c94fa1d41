//! What all threads share: routes with their plans, the router, limits, the Python classes that replies are read from.

use std::time::Duration;

use http::StatusCode;
use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple, PyType};
use tayberry_abi::{HANDLER_MAY_BLOCK, Handler};

use super::context::Base;
use super::dispatch::{self, Step};
use super::request::{Request, keep_headers};
use super::responses;
use super::router::{Router, TrailingSlash};
use super::{server, tasks};
use crate::abi_functions::native_handler;
use crate::codec::{Plan, Source};

create_exception!(
    tayberry._runtime,
    RouteError,
    PyValueError,
    "Two routes that answer the same requests, or a path that cannot be routed."
);

/// Where a parameter comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Text or JSON from a part of the request.
    Part(Source),
    /// The request itself.
    Request,
}

/// One parameter of a handler.
pub struct Param {
    /// Python's name.
    pub name: Py<PyString>,
    /// Where its value comes from.
    pub origin: Origin,
    /// The name in the request.
    pub alias: String,
    /// How it is decoded; none for the request itself.
    pub plan: Option<Py<Plan>>,
    /// Whether a request without it is refused.
    pub required: bool,
    /// Its value otherwise.
    pub default: Py<PyAny>,
    /// Passed by name.
    pub keyword_only: bool,
}

/// How a handler runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// A plain call on this thread.
    Inline,
    /// A coroutine on the event loop.
    Task,
    /// A plain call on a pool thread.
    Pool,
}

/// One route.
pub struct Route {
    /// The callable.
    pub handler: Py<PyAny>,
    /// Its C entry, if requests go straight to it.
    pub native: Option<&'static Handler>,
    /// Its C entry, if it is compiled.
    pub compiled: Option<&'static Handler>,
    /// In the order of the signature.
    pub params: Vec<Param>,
    /// The names of the parameters that are passed by name, which are the last ones.
    pub keywords: Option<Py<PyTuple>>,
    /// The status of a plain result.
    pub status: StatusCode,
    /// How a result is checked and written, if the handler says.
    pub returns: Option<Py<Plan>>,
    /// The handler says that it gives a response; unless `returns` says more, nothing else will do.
    pub responds: bool,
    /// How it runs.
    pub runs: Runs,
    /// For messages: `read_item(), GET /items/{item_id}`
    pub shown: String,
}

/// Limits and times; zero times are none.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub max_body: usize,
    /// Bytes of all headers.
    pub max_header: usize,
    /// Bytes of the target.
    pub max_uri: usize,
    /// For the header of a request to arrive.
    pub header_timeout: Duration,
    /// For the next request of a connection to begin.
    pub keep_alive_timeout: Duration,
    /// For the next piece of a body to arrive.
    pub body_timeout: Duration,
    /// For the client to take more of its answer.
    pub write_timeout: Duration,
    /// For a handler to finish.
    pub handler_timeout: Duration,
    /// For running requests to finish when the server stops.
    pub stop_timeout: Duration,
    /// Threads of the pool, and how many calls may wait for one.
    pub pool: (usize, usize),
}

/// The Python classes that dispatch asks about.
pub struct Classes {
    /// `tayberry.request.Request`
    pub request: Py<PyType>,
    /// `tayberry.responses.Response`
    pub response: Py<PyType>,
    /// `tayberry.exceptions.HTTPException`
    pub http_exception: Py<PyType>,
}

/// An app's routes and plans, ready to answer.
#[pyclass(frozen, module = "tayberry._runtime")]
pub struct Application {
    pub(super) routes: Vec<Route>,
    pub(super) router: Router,
    pub(super) limits: Limits,
    pub(super) classes: Classes,
    pub(super) debug: bool,
    /// What handlers' contexts begin as.
    pub(super) context: Base,
}

#[pymethods]
impl Application {
    #[new]
    fn new(
        py: Python<'_>,
        routes: Vec<Bound<'_, PyAny>>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Application> {
        let slash = match option::<String>(options, "trailing_slash")?.as_deref() {
            Some("redirect") => TrailingSlash::Redirect,
            Some("ignore") => TrailingSlash::Ignore,
            _ => TrailingSlash::Strict,
        };
        let mut router = Router::new(slash);
        let mut built = Vec::with_capacity(routes.len());
        for (at, route) in routes.iter().enumerate() {
            let path: String = route.getattr("path")?.extract()?;
            for method in route.getattr("methods")?.extract::<Vec<String>>()? {
                router
                    .insert(&method, &path, at)
                    .map_err(RouteError::new_err)?;
            }
            built.push(Route::new(route)?);
        }
        let class = |module: &str, name: &str| -> PyResult<Py<PyType>> {
            Ok(py
                .import(module)?
                .getattr(name)?
                .cast_into::<PyType>()?
                .unbind())
        };
        responses::adopt(py)?;
        Ok(Application {
            routes: built,
            router,
            limits: Limits::new(options)?,
            classes: Classes {
                request: class("tayberry.request", "Request")?,
                response: class("tayberry.responses", "Response")?,
                http_exception: class("tayberry.exceptions", "HTTPException")?,
            },
            debug: option(options, "debug")?.unwrap_or(false),
            context: Base::current(py)?,
        })
    }

    /// One request in process, through the dispatch of the server.
    #[allow(clippy::type_complexity)]
    fn handle<'py>(
        &self,
        py: Python<'py>,
        method: String,
        target: String,
        headers: Vec<(Vec<u8>, Vec<u8>)>,
        body: Vec<u8>,
    ) -> PyResult<(
        u16,
        Vec<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)>,
        Bound<'py, PyBytes>,
    )> {
        let mut head = http::Request::builder()
            .method(method.as_str())
            .uri(target.as_str());
        for (name, value) in &headers {
            head = head.header(name.as_slice(), value.as_slice());
        }
        let (head, ()) = head
            .body(())
            .map_err(|error| PyValueError::new_err(format!("not a valid request: {error}")))?
            .into_parts();
        let request = Request {
            head,
            body: body.into(),
            client: None,
        };
        let is_head = method == "HEAD";
        let mut reply = match dispatch::begin(py, self, &request) {
            Step::Reply(reply) => reply,
            Step::Call(call) => call.run(py, self),
            Step::Await(route, coroutine, _) => {
                let result = tasks::wait(py, &coroutine);
                dispatch::awaited(py, self, &self.routes[route], result)
            }
        };
        let bytes = |text: &[u8]| PyBytes::new(py, text);
        let given = reply.take_headers();
        let headers = given
            .iter()
            .map(|(name, value)| (bytes(name.as_str().as_bytes()), bytes(value.as_bytes())))
            .collect();
        keep_headers(given);
        Ok((
            reply.status.as_u16(),
            headers,
            bytes(if is_head { b"" } else { &reply.body }),
        ))
    }

    /// Serves until SIGTERM or SIGINT, then stops gracefully.
    #[pyo3(signature = (host, port, threads, *, access_log=false, hearing=None, ready=None))]
    fn serve(
        slf: &Bound<'_, Self>,
        host: &str,
        port: u16,
        threads: usize,
        access_log: bool,
        hearing: Option<Py<PyAny>>,
        ready: Option<Py<PyAny>>,
    ) -> PyResult<bool> {
        server::serve(
            slf,
            &server::Address { host, port },
            threads.max(1),
            access_log,
            server::Callbacks { hearing, ready },
        )
    }
}

impl Route {
    fn new(route: &Bound<'_, PyAny>) -> PyResult<Route> {
        let handler = route.getattr("handler")?;
        let mut params = Vec::new();
        for param in route.getattr("params")?.try_iter()? {
            params.push(Param::new(&param?)?);
        }
        let returns = route.getattr("returns")?;
        let methods: Vec<String> = route.getattr("methods")?.extract()?;
        let named = handler
            .getattr("__qualname__")
            .or_else(|_| handler.get_type().qualname().map(|name| name.into_any()));
        let name: String = named?.extract()?;
        let name = name.rsplit("<locals>.").next().unwrap_or_default();
        let path: String = route.getattr("path")?.extract()?;
        let shown = format!("{name}(), {} {path}", methods.join(", "));
        let is_async: bool = route.getattr("is_async")?.extract()?;
        // A coroutine that calls code of which nothing is known may look for its task, its context, a timeout around it:
        // it is made by calling the function as any caller does, and run as a task.
        let compiled = native_handler(&handler);
        let native = compiled.filter(|native| !is_async || native.flags & HANDLER_MAY_BLOCK == 0);
        let may_block = native.is_none_or(|native| native.flags & HANDLER_MAY_BLOCK != 0);
        let runs = match route
            .getattr("runs")?
            .extract::<Option<String>>()?
            .as_deref()
        {
            Some("inline") if !is_async => Runs::Inline,
            Some("pool") if !is_async => Runs::Pool,
            _ if !may_block => Runs::Inline,
            _ if is_async => Runs::Task,
            _ => Runs::Pool,
        };
        let status: u16 = route.getattr("status")?.extract()?;
        let status = dispatch::final_status(status).ok_or_else(|| {
            RouteError::new_err(format!("{status} is not the status of an answer"))
        })?;
        Ok(Route {
            handler: handler.unbind(),
            native,
            compiled,
            keywords: keywords(&params, route.py())?,
            params,
            status,
            returns: if returns.is_none() {
                None
            } else {
                Some(Plan::of(&returns)?)
            },
            responds: route.getattr("responds")?.extract()?,
            runs,
            shown,
        })
    }
}

/// The names of the parameters that are passed by name, if there are any.
fn keywords(params: &[Param], py: Python<'_>) -> PyResult<Option<Py<PyTuple>>> {
    let names: Vec<_> = params
        .iter()
        .filter(|param| param.keyword_only)
        .map(|param| param.name.clone_ref(py))
        .collect();
    if names.is_empty() {
        return Ok(None);
    }
    Ok(Some(PyTuple::new(py, names)?.unbind()))
}

impl Param {
    fn new(param: &Bound<'_, PyAny>) -> PyResult<Param> {
        let origin = match param.getattr("source")?.extract::<String>()?.as_str() {
            "path" => Origin::Part(Source::Path),
            "query" => Origin::Part(Source::Query),
            "header" => Origin::Part(Source::Header),
            "cookie" => Origin::Part(Source::Cookie),
            "body" => Origin::Part(Source::Body),
            _ => Origin::Request,
        };
        Ok(Param {
            name: param.getattr("name")?.cast_into::<PyString>()?.unbind(),
            origin,
            alias: param.getattr("alias")?.extract()?,
            plan: match origin {
                Origin::Part(_) => Some(Plan::of(&param.getattr("type")?)?),
                Origin::Request => None,
            },
            required: param.getattr("required")?.extract()?,
            default: param.getattr("default")?.unbind(),
            keyword_only: param.getattr("keyword_only")?.extract()?,
        })
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_body: 2 << 20,
            max_header: 64 << 10,
            max_uri: 16 << 10,
            header_timeout: Duration::from_secs(15),
            keep_alive_timeout: Duration::from_secs(75),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(60),
            handler_timeout: Duration::from_secs(60),
            stop_timeout: Duration::from_secs(30),
            pool: (32, 1024),
        }
    }
}

impl Limits {
    fn new(options: &Bound<'_, PyDict>) -> PyResult<Limits> {
        let usual = Limits::default();
        let seconds = |name: &str, usual: Duration| -> PyResult<Duration> {
            Ok(match option::<f64>(options, name)? {
                // Longer than a duration can be is for ever.
                Some(given) => Duration::try_from_secs_f64(given).unwrap_or(Duration::ZERO),
                None => usual,
            })
        };
        let size = |name: &str, usual: usize| -> PyResult<usize> {
            Ok(option(options, name)?.unwrap_or(usual))
        };
        Ok(Limits {
            max_body: size("max_body", usual.max_body)?,
            max_header: size("max_header", usual.max_header)?,
            max_uri: size("max_uri", usual.max_uri)?,
            header_timeout: seconds("header_timeout", usual.header_timeout)?,
            keep_alive_timeout: seconds("keep_alive_timeout", usual.keep_alive_timeout)?,
            body_timeout: seconds("body_timeout", usual.body_timeout)?,
            write_timeout: seconds("write_timeout", usual.write_timeout)?,
            handler_timeout: seconds("handler_timeout", usual.handler_timeout)?,
            stop_timeout: seconds("stop_timeout", usual.stop_timeout)?,
            pool: (
                size("pool_threads", usual.pool.0)?.max(1),
                size("pool_queue", usual.pool.1)?,
            ),
        })
    }
}

fn option<'py, T: for<'a> FromPyObject<'a, 'py>>(
    options: &Bound<'py, PyDict>,
    name: &str,
) -> PyResult<Option<T>> {
    match options.get_item(name)? {
        Some(value) if !value.is_none() => value.extract().map(Some).map_err(Into::into),
        _ => Ok(None),
    }
}
