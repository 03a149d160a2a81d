import HTTPTypes
import Hummingbird

/// Around everything: errors become pages, every answer carries the security headers, and is counted and timed.
struct Safeguards: RouterMiddleware {
    typealias Context = ConsoleContext

    let metrics: RequestMetrics
    let configuration: ConsoleConfiguration

    func handle(
        _ request: Request, context: ConsoleContext, next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(ConsoleError(error), request)
        }
        for (name, value) in Self.headers where response.headers[name] == nil {
            response.headers[name] = value
        }
        metrics.add(
            context.endpointPath ?? "none", status: response.status.code, took: start.duration(to: .now))
        return response
    }

    private func answer(_ error: ConsoleError, _ request: Request) -> Response {
        let visitor = Visitor(request, language: configuration.language)
        var response =
            request.isForProgram
            ? Response.json(
                .object([
                    (
                        "error",
                        .object([
                            ("status", .integer(Int64(error.status.code))),
                            ("message", .string(error.message.text(visitor.language))),
                        ])
                    )
                ]), status: error.status)
            : ErrorPage(error: error).page(visitor).response(status: error.status)
        for field in error.headers { response.headers[field.name] = field.value }
        return response
    }

    /// Nothing from elsewhere, nothing inline, no frame around us, nothing kept by a cache.
    private static let headers: [(HTTPField.Name, String)] = [
        (
            .contentSecurityPolicy,
            """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
            form-action 'self'; base-uri 'none'; frame-ancestors 'none'
            """
        ),
        (.xContentTypeOptions, "nosniff"),
        (HTTPField.Name("X-Frame-Options")!, "DENY"),
        (HTTPField.Name("Referrer-Policy")!, "no-referrer"),
        (HTTPField.Name("Cross-Origin-Opener-Policy")!, "same-origin"),
        (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
        (HTTPField.Name("Permissions-Policy")!, "camera=(), geolocation=(), microphone=()"),
        (.cacheControl, "no-store"),
    ]
}
