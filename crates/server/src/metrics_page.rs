//! The page for Prometheus, on an address of its own.

use std::net::TcpListener;

use axum::Router;
use axum::routing::get;
use http::header;
use keyway_app::App;

/// Serves `/metrics`.
pub(crate) async fn serve(app: App, listeners: Vec<TcpListener>) {
    let page = move || {
        let page = app.metrics.render(app.cache.len());
        async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], page) }
    };
    let router: Router = Router::new().route("/metrics", get(page));
    for listener in listeners {
        let served = match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => axum::serve(listener, router.clone()).await,
            Err(error) => Err(error),
        };
        if let Err(error) = served {
            tracing::error!(%error, "the metrics page is gone");
        }
    }
}
