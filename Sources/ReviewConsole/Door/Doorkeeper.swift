import HTTPTypes
import Hummingbird
import NIOCore

/// Lets in who may come in: the right host, the right rate, a reviewer, and writes of our own pages only.
struct Doorkeeper: RouterMiddleware {
    typealias Context = ConsoleContext

    /// The most that a write may carry.
    static let mostBytes = 64 * 1024
    /// How long it may take to arrive.
    static let longestArrival = Duration.seconds(10)
    static let tokenHeader = HTTPField.Name("X-PromoGuard-Token")!
    /// What a stranger may see: the door itself.
    private static let open: Set = [
        "/sign-in", "/settings", "/healthz", "/assets/app.js", "/assets/app.css", "/assets/icon.svg",
    ]

    let sessions: Sessions
    let limiter: RateLimiter
    let configuration: ConsoleConfiguration
    let paths: KnownPaths
    /// For pages where nobody signs in.
    let localToken = Secret.make()

    func handle(
        _ request: Request, context: ConsoleContext, next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        try checkHost(request)
        try checkRate(request, context.address)
        var context = context
        let visitor = visitor(request)
        context.visitor = visitor
        guard visitor.name != nil || Self.open.contains(request.uri.path) else {
            if request.isForProgram || request.isWrite || request.uri.path == "/metrics" {
                var refusal = ConsoleError(.unauthorized, "Sign in first, or send a token.", "请先登录或提供令牌。")
                refusal.headers[.wwwAuthenticate] = "Bearer"
                throw refusal
            }
            return Response(status: .seeOther, headers: [.location: "/sign-in"])
        }
        try paths.check(request)
        if request.isWrite {
            context.body = try await body(request)
            try checkOrigin(request, visitor, context)
        }
        return try await next(request, context)
    }

    /// A page elsewhere can have its own name lead to our address, but then says its name.
    private func checkHost(_ request: Request) throws {
        guard configuration.reviewers.isEmpty else { return }
        let host = request.head.authority ?? ""
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        guard ["localhost", "127.0.0.1", "[::1]"].contains(name.lowercased()) else {
            throw ConsoleError(
                .misdirectedRequest, "This console answers on the loopback address only.", "本控制台仅在本机回环地址上应答。")
        }
    }

    private func checkRate(_ request: Request, _ address: String) throws {
        let path = request.uri.path
        let kind: RateLimiter.Kind =
            switch request.isWrite {
            case true where path == "/sign-in": .signIn
            case true where path.hasSuffix("/unmask") || path.hasSuffix("/labels"): .unmask
            case true: .write
            case false: .read
            }
        if let seconds = limiter.refusal(address, kind) {
            var refusal = ConsoleError(
                .tooManyRequests, "Too many requests: try again in \(seconds) s.", "请求过于频繁：请 \(seconds) 秒后再试。"
            )
            refusal.headers[.retryAfter] = String(seconds)
            throw refusal
        }
    }

    private func visitor(_ request: Request) -> Visitor {
        var visitor = Visitor(request, language: configuration.language)
        if configuration.reviewers.isEmpty {
            visitor.name = configuration.localReviewer
            visitor.token = localToken
        } else if let authorization = request.headers[.authorization] {
            if authorization.hasPrefix("Bearer ") {
                visitor.name = sessions.reviewer(token: String(authorization.dropFirst(7)))
                visitor.isProgram = visitor.name != nil
            }
        } else if let session = request.cookies[Sessions.cookie].flatMap({ sessions.session($0.value) }) {
            visitor.name = session.reviewer
            visitor.token = session.token
            visitor.hasSession = true
        }
        return visitor
    }

    private func body(_ request: Request) async throws -> [UInt8] {
        let buffer = try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await request.body.collect(upTo: Self.mostBytes) }
            group.addTask {
                try await Task.sleep(for: Self.longestArrival)
                throw ConsoleError(.requestTimeout, "The request took too long to arrive.", "请求接收超时。")
            }
            defer { group.cancelAll() }
            do {
                return try await group.next()!
            } catch is NIOTooManyBytesError {
                throw ConsoleError.tooLarge
            }
        }
        return Array(buffer.readableBytesView)
    }

    /// Another site can have a browser send a form here, but cannot read the token in our pages.
    private func checkOrigin(_ request: Request, _ visitor: Visitor, _ context: ConsoleContext) throws {
        if visitor.isProgram { return }
        let site = request.headers[HTTPField.Name("Sec-Fetch-Site")!]
        // Signing in needs no token: it gives nobody anything but their own secret does.
        let isSigningIn = visitor.name == nil
        let token = request.headers[Self.tokenHeader] ?? (isSigningIn ? nil : context.form["token"]) ?? ""
        guard site == nil || site == "same-origin" || site == "none",
            isSigningIn || Secret.matches(token, visitor.token)
        else {
            throw ConsoleError(
                .forbidden, "This page is out of date, or not ours: reload it and try again.",
                "页面已过期或来源不符：请刷新后重试。")
        }
    }
}
