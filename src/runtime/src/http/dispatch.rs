//! One request to one reply: find the route, decode its arguments, call the handler, write its result.
//!
//! `begin` runs on the I/O thread and goes as far as it can there: to the reply, to a call that belongs on the pool, or
//! to a coroutine that belongs on the event loop. `finish` turns a handler's result into the reply.

use http::StatusCode;
use http::header::{
    ALLOW, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, LOCATION, TRANSFER_ENCODING,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use smallvec::SmallVec;

use super::application::{Application, Origin, Route, Runs};
use super::arguments::Parts;
use super::context::run_in;
use super::native::{self, Outcome};
use super::request::{Content, Reply, Request, has_no_body, spare_headers};
use super::responses;
use super::router::{Found, PathValue};
use crate::codec::problem::{Problem, is_json};
use crate::codec::{Failure, Output, Reader, Source, encode};

/// How far a request got on the I/O thread.
pub enum Step {
    /// All the way.
    Reply(Reply),
    /// To a call that may block.
    Call(Call),
    /// To a coroutine of this route, which belongs in this context.
    Await(usize, Py<PyAny>, Py<PyAny>),
}

/// A handler with its arguments.
pub struct Call {
    route: usize,
    prepared: Prepared,
}

enum Prepared {
    Native(native::Arguments),
    Python(Values),
}

/// Arguments in the order of the signature.
type Values = SmallVec<[Py<PyAny>; 6]>;

/// Calls the handler of a route that is not compiled.
fn call_python<'py>(
    py: Python<'py>,
    route: &Route,
    values: &Values,
) -> PyResult<Bound<'py, PyAny>> {
    let (names, named) = match &route.keywords {
        Some(names) => (names.as_ptr(), names.bind(py).len()),
        None => (std::ptr::null_mut(), 0),
    };
    // SAFETY: a `Py` is a pointer to a live object; there are as many values as parameters, those that are passed by name last.
    unsafe {
        Bound::from_owned_ptr_or_err(
            py,
            ffi::PyObject_Vectorcall(
                route.handler.as_ptr(),
                values.as_ptr().cast(),
                values.len() - named,
                names,
            ),
        )
    }
}

impl Call {
    /// Calls a handler that never waits.
    pub fn run(self, py: Python<'_>, app: &Application) -> Reply {
        match self.go(py, app) {
            Step::Reply(reply) => reply,
            // Only what is not compiled waits in threads of the pool, and blocks them.
            Step::Call(_) | Step::Await(..) => Problem::new(500).into(),
        }
    }

    /// Calls a handler.
    fn go(self, py: Python<'_>, app: &Application) -> Step {
        let route = &app.routes[self.route];
        Step::Reply(match self.prepared {
            Prepared::Native(arguments) => match native::invoke(py, app, route, arguments) {
                Outcome::Reply(reply) => reply,
                Outcome::Waits(coroutine) => {
                    return match app.context.fresh(py) {
                        Ok(context) => Step::Await(self.route, coroutine, context.unbind()),
                        Err(error) => Step::Reply(raised(py, app, error)),
                    };
                }
            },
            Prepared::Python(values) => {
                let result = app
                    .context
                    .fresh(py)
                    .and_then(|context| run_in(&context, || call_python(py, route, &values)));
                finish(py, app, route, result.map(Bound::unbind))
            }
        })
    }
}

/// Starts on a request.
pub fn begin(py: Python<'_>, app: &Application, request: &Request) -> Step {
    let (index, path) = match app.router.find(request.method(), request.path()) {
        Found::Route(index, path) => (index, path),
        Found::Redirect(path) => {
            let query = request.query();
            let target = if query.is_empty() {
                path
            } else {
                format!("{path}?{query}")
            };
            // A part of a parsed target is a valid header value.
            let reply = match HeaderValue::try_from(target) {
                Ok(target) => Reply::empty(StatusCode::PERMANENT_REDIRECT).header(LOCATION, target),
                Err(_) => Problem::new(400).into(),
            };
            return Step::Reply(reply);
        }
        Found::OtherMethods(methods) => {
            let mut reply = match request.method() {
                "OPTIONS" => Reply::empty(StatusCode::NO_CONTENT),
                _ => Problem::new(405).into(),
            };
            // Methods are tokens, so that this cannot fail.
            if let Ok(allow) = HeaderValue::try_from(methods.join(", ")) {
                reply = reply.header(ALLOW, allow);
            }
            return Step::Reply(reply);
        }
        Found::Nothing => return Step::Reply(Problem::new(404).into()),
    };
    let route = &app.routes[index];
    let call = match prepare(py, app, route, request, &path) {
        Ok(prepared) => Call {
            route: index,
            prepared,
        },
        Err(reply) => return Step::Reply(*reply),
    };
    match route.runs {
        Runs::Inline => call.go(py, app),
        Runs::Pool => Step::Call(call),
        Runs::Task => {
            let Prepared::Python(values) = call.prepared else {
                return call.go(py, app);
            };
            let called = app.context.fresh(py).and_then(|context| {
                let coroutine = run_in(&context, || call_python(py, route, &values))?;
                Ok(Step::Await(index, coroutine.unbind(), context.unbind()))
            });
            match called {
                Ok(step) => step,
                Err(error) => Step::Reply(raised(py, app, error)),
            }
        }
    }
}

fn prepare(
    py: Python<'_>,
    app: &Application,
    route: &Route,
    request: &Request,
    path: &[PathValue<'_, '_>],
) -> Result<Prepared, Box<Reply>> {
    let wants = |source: Source| {
        route
            .params
            .iter()
            .any(|param| param.origin == Origin::Part(source))
    };
    if wants(Source::Body)
        && !request.body.is_empty()
        && let Some(given) = request.header("content-type").next()
        && !is_json(given)
    {
        let problem = Problem::unsupported_media_type(std::str::from_utf8(given).ok());
        return Err(Box::new(problem.into()));
    }
    let parts = Parts::new(request, path, wants(Source::Query), wants(Source::Cookie));
    if let Some(handler) = route.native {
        return native::arguments(py, app, route, handler, request, &parts, path)
            .map(Prepared::Native);
    }
    let mut reader = Reader::new();
    let mut values = Values::new();
    for param in &route.params {
        let value = match (param.origin, &param.plan) {
            (Origin::Request, _) | (_, None) => request_object(py, app, request, path)
                .map_err(|error| Box::new(raised(py, app, error)))
                .map(Some)?,
            (Origin::Part(source), Some(plan)) => {
                let plan = plan.get();
                let texts = parts.texts(source, &param.alias);
                let is_absent = if source == Source::Body {
                    request.body.is_empty()
                } else {
                    texts.is_empty()
                };
                reader.enter(
                    source,
                    if source == Source::Body {
                        ""
                    } else {
                        &param.alias
                    },
                );
                let decoded = if is_absent {
                    if param.required {
                        Err(reader.reject_missing())
                    } else {
                        Ok(param.default.bind(py).clone())
                    }
                } else if source == Source::Body {
                    reader
                        .open(&request.body)
                        .and_then(|()| plan.decode_json(py, &mut reader))
                } else {
                    plan.decode_text(py, &mut reader, &texts)
                };
                match decoded {
                    Ok(value) => Some(value),
                    Err(Failure::Raised) => {
                        return Err(Box::new(raised(py, app, PyErr::fetch(py))));
                    }
                    Err(Failure::Invalid | Failure::Fatal) => None,
                }
            }
        };
        // A value that was rejected is missed by nobody: there is no call.
        values.extend(value.map(Bound::unbind));
    }
    if let Some(problem) = reader.problem() {
        return Err(Box::new(problem.into()));
    }
    Ok(Prepared::Python(values))
}

/// A `tayberry.Request`.
pub(super) fn request_object<'py>(
    py: Python<'py>,
    app: &Application,
    request: &Request,
    path: &[PathValue<'_, '_>],
) -> PyResult<Bound<'py, PyAny>> {
    let headers: Vec<(Bound<'py, PyBytes>, Bound<'py, PyBytes>)> = request
        .head
        .headers
        .iter()
        .map(|(name, value)| {
            (
                PyBytes::new(py, name.as_str().as_bytes()),
                PyBytes::new(py, value.as_bytes()),
            )
        })
        .collect();
    let params = PyDict::new(py);
    for (name, value) in path {
        params.set_item(name, String::from_utf8_lossy(value))?;
    }
    app.classes.request.bind(py).call1((
        request.method(),
        request.target(),
        PyList::new(py, headers)?,
        PyBytes::new(py, &request.body),
        request
            .client
            .map(|peer| (peer.ip().to_string(), peer.port())),
        params,
        request.version(),
    ))
}

/// The reply to what a coroutine of a handler gave or raised.
pub fn awaited(
    py: Python<'_>,
    app: &Application,
    route: &Route,
    result: PyResult<Py<PyAny>>,
) -> Reply {
    if let Ok(value) = &result
        && let Some(reply) = native::write(py, app, route, value.bind(py))
    {
        return reply;
    }
    finish(py, app, route, result)
}

/// The reply to a handler's result or exception.
pub(super) fn finish(
    py: Python<'_>,
    app: &Application,
    route: &Route,
    result: PyResult<Py<PyAny>>,
) -> Reply {
    let value = match result {
        Ok(value) => value.into_bound(py),
        Err(error) => return raised(py, app, error),
    };
    if (route.responds || route.returns.is_none())
        && let Some(reply) = responses::read(&value)
    {
        return reply;
    }
    match value.is_instance(app.classes.response.bind(py)) {
        Ok(true) if route.responds || route.returns.is_none() => {
            return response(&value).unwrap_or_else(|error| unfit(py, app, route, error));
        }
        Ok(false) if route.responds && route.returns.is_none() => {
            let error = match value.get_type().qualname() {
                Ok(given) => PyTypeError::new_err(format!("expected Response, got {given}")),
                Err(error) => error,
            };
            return unfit(py, app, route, error);
        }
        Ok(_) => {}
        Err(error) => return raised(py, app, error),
    }
    if has_no_body(route.status) && value.is_none() {
        return Reply::empty(route.status);
    }
    let mut out = Output::default();
    let written = match &route.returns {
        Some(plan) => plan.get().encode(py, out.buffer(), &value),
        None => encode::encode(py, out.buffer(), &value),
    };
    match written {
        Ok(()) => Reply::json(route.status, out.into_vec()),
        Err(_) => unfit(py, app, route, PyErr::fetch(py)),
    }
}

/// The reply to a result that cannot be written. No line of the program raised the exception: a note says whose result it is.
pub(super) fn unfit(py: Python<'_>, app: &Application, route: &Route, error: PyErr) -> Reply {
    let note = format!("in the result of {}", route.shown);
    match error.value(py).call_method1("add_note", (note,)) {
        Ok(_) => raised(py, app, error),
        Err(error) => raised(py, app, error),
    }
}

/// Reads a `tayberry.Response`.
fn response(value: &Bound<'_, PyAny>) -> PyResult<Reply> {
    let py = value.py();
    let status = value
        .getattr(pyo3::intern!(py, "status_code"))?
        .extract::<u16>()?;
    let lines = value.getattr(pyo3::intern!(py, "raw_headers"))?;
    let mut headers = spare_headers();
    for line in lines.cast::<PyList>()?.iter() {
        let (name, content): (Bound<'_, PyBytes>, Bound<'_, PyBytes>) = line.extract()?;
        append(&mut headers, name.as_bytes(), content.as_bytes())?;
    }
    let body = value.getattr(pyo3::intern!(py, "body"))?;
    Ok(Reply {
        status: final_status(status).ok_or_else(|| {
            PyValueError::new_err(format!("{status} is not the status of an answer"))
        })?,
        content: Content::Given,
        headers,
        body: body.cast::<PyBytes>()?.as_bytes().to_vec(),
    })
}

/// A status that ends a request: those below 200 only announce another.
pub fn final_status(status: u16) -> Option<StatusCode> {
    (200..=599)
        .contains(&status)
        .then(|| StatusCode::from_u16(status).ok())?
}

/// Adds a header that Python gave; how the body is framed is the server's affair.
fn append(headers: &mut HeaderMap, name: &[u8], value: &[u8]) -> PyResult<()> {
    let refused = || {
        PyValueError::new_err(format!(
            "not a valid header: {:?}: {:?}",
            String::from_utf8_lossy(name),
            String::from_utf8_lossy(value)
        ))
    };
    let parsed = HeaderName::from_bytes(name).map_err(|_| refused())?;
    if parsed == CONTENT_LENGTH || parsed == TRANSFER_ENCODING {
        return Ok(());
    }
    headers.append(parsed, header_value(value).ok_or_else(refused)?);
    Ok(())
}

/// A header's value; the commonest are known and not copied.
fn header_value(value: &[u8]) -> Option<HeaderValue> {
    const KNOWN: [&str; 5] = [
        "text/plain; charset=utf-8",
        "text/html; charset=utf-8",
        "application/json",
        "application/octet-stream",
        "no-store",
    ];
    match KNOWN.iter().find(|known| known.as_bytes() == value) {
        Some(known) => Some(HeaderValue::from_static(known)),
        None => HeaderValue::from_bytes(value).ok(),
    }
}

/// The reply to an exception: what an `HTTPException` says, otherwise a 500 with the traceback on standard error.
pub fn raised(py: Python<'_>, app: &Application, error: PyErr) -> Reply {
    if error.is_instance(py, app.classes.http_exception.bind(py)) {
        match http_exception(error.value(py)) {
            Ok(reply) => return reply,
            Err(inner) => inner.display(py),
        }
    }
    error.display(py);
    let mut reply = Reply::from(Problem::new(500));
    if app.debug
        && let Ok(text) = traceback(py, &error)
    {
        // A member of its own, behind the standard ones.
        reply.body.pop();
        reply.body.extend_from_slice(b",\"traceback\":");
        crate::codec::write::write_string(&mut reply.body, &text);
        reply.body.push(b'}');
    }
    reply
}

fn traceback(py: Python<'_>, error: &PyErr) -> PyResult<String> {
    let lines = py
        .import("traceback")?
        .call_method1("format_exception", (error.value(py),))?;
    PyString::new(py, "")
        .call_method1("join", (lines,))?
        .extract()
}

fn http_exception(error: &Bound<'_, pyo3::exceptions::PyBaseException>) -> PyResult<Reply> {
    let status: u16 = error.getattr("status_code")?.extract()?;
    let detail = error.getattr("detail")?;
    let mut reply = Reply::from(Problem::new(status));
    if !detail.is_none() {
        // Mostly a text, but any JSON value stands there as it is.
        reply.body.pop();
        reply.body.extend_from_slice(b",\"detail\":");
        let py = error.py();
        let mut written = Output::default();
        encode::encode(py, written.buffer(), &detail).map_err(|_| PyErr::fetch(py))?;
        reply.body.extend_from_slice(written.bytes());
        reply.body.push(b'}');
    }
    let headers = error.getattr("headers")?;
    if !headers.is_none() {
        for pair in headers.call_method0("items")?.try_iter()? {
            let (name, value): (String, String) = pair?.extract()?;
            append(&mut reply.headers, name.as_bytes(), value.as_bytes())?;
        }
    }
    Ok(reply)
}
