import CaseFile
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Presentation
import ServiceLifecycle
import UnixSignals

/// A page for people to look at flags and decide, and the same for programs.
public struct ReviewConsole: Sendable {
    let configuration: ConsoleConfiguration
    let desk: Desk
    let references: AccountReferences
    let undoBook = UndoBook()
    let changes: LiveChanges
    let metrics = RequestMetrics()
    let sessions: Sessions
    private let totals = Recent<FlagTotal>(lasting: LiveChanges.settling)
    private let overviews = Recent<CaseOverview>(lasting: LiveChanges.settling)

    /// - Throws: `CaseFileError` when the file is missing or cannot be used.
    public init(_ configuration: ConsoleConfiguration) throws {
        self.configuration = configuration
        desk = try Desk(database: configuration.database)
        references = AccountReferences(key: try desk.identity())
        changes = LiveChanges(try CaseFile.open(configuration.database, access: .readOnly))
        sessions = Sessions(configuration.reviewers)
    }

    var decisions: Decisions { Decisions(desk: desk, references: references, undoBook: undoBook) }

    func pen(_ context: ConsoleContext) -> Pen { Pen(visitor(context), configuration.time, references) }

    /// `Doorkeeper` has let nobody past without one.
    func visitor(_ context: ConsoleContext) -> Visitor { context.visitor! }

    /// One page of a filter, and how many flags the filter shows in all.
    func page(
        _ filter: QueueFilter, limit: Int, after cursor: FlagCursor?, _ file: CaseFile
    ) throws -> (FlagPage, FlagTotal) {
        let page = try file.page(filter.query, limit: limit, after: cursor)
        if cursor == nil, page.next == nil {
            let fen = page.flags.reduce(0) { $0 + Double($1.amountAtRiskFen) }
            return (page, FlagTotal(flags: page.flags.count, amountAtRiskFen: Int64(clamping: fen)))
        }
        let name = (filter.query.status?.rawValue ?? "all") + "?" + filter.text
        return (page, try totals.value(name, file) { try $0.total(filter.query) })
    }

    func overview(_ file: CaseFile) throws -> CaseOverview {
        try overviews.value("", file) { try $0.overview() }
    }

    /// A decision of ours shows at once.
    func forgetSums() {
        totals.forget()
        overviews.forget()
    }

    /// Serves until it is told to stop (SIGINT, SIGTERM).
    /// - Parameter onReady: called once with the port that it listens on.
    /// - Throws: when the port is taken.
    public func run(onReady: @escaping @Sendable (Int) -> Void) async throws {
        var logger = Logger(label: "promoguard serve")
        logger.logLevel = .error
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(60),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)
                )),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(1024)),
            services: [changes], onServerRunning: { onReady($0.localAddress?.port ?? 0) }, logger: logger)
        defer { desk.close() }
        var group = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // A browser that keeps its connection must not keep us.
        group.maximumGracefulShutdownDuration = .seconds(3)
        try await ServiceGroup(configuration: group).run()
    }

    /// Every route, behind the door.
    var responder: RouterResponder<ConsoleContext> {
        let router = Router(context: ConsoleContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Safeguards(metrics: metrics, configuration: configuration))
        let addresses = Router(context: ConsoleContext.self)
        addRoutes(addresses)
        router.add(
            middleware: Doorkeeper(
                sessions: sessions, limiter: RateLimiter(), configuration: configuration,
                paths: KnownPaths(addresses)))
        addRoutes(router)
        return router.buildResponder()
    }

    private func addRoutes(_ router: Router<ConsoleContext>) {
        addDoor(router)
        addPages(router)
        addAPI(router)
    }

    // MARK: The door, and what machines ask for

    private func addDoor(_ router: Router<ConsoleContext>) {
        router.get("/assets/app.js") { _, _ in Asset.script.response }
        router.get("/assets/app.css") { _, _ in Asset.style.response }
        router.get("/assets/icon.svg") { _, _ in Asset.icon.response }
        router.get("/events") { _, _ in try changes.response() }
        router.get("/healthz") { _, _ in
            _ = try await desk.read { try $0.changeMark() }
            return Response.text("ok\n", type: "text/plain; charset=utf-8")
        }
        router.get("/metrics") { _, _ in
            let (counts, tail) = try await desk.sum { (try $0.counts(), try $0.tailStatus()) }
            return Response.text(
                metrics.text(counts, tail, listeners: changes.count), type: "text/plain; version=0.0.4")
        }
        router.get("/sign-in") { _, context in
            SignInPage(visitor: visitor(context)).page.response()
        }
        router.post("/sign-in") { _, context in
            guard let session = sessions.signIn(token: context.form["secret"] ?? "") else {
                return SignInPage(visitor: visitor(context), hasFailed: true).page.response(
                    status: .forbidden)
            }
            var response = Response.seeOther("/")
            response.setCookie(
                Cookie(name: Sessions.cookie, value: session, path: "/", httpOnly: true, sameSite: .strict))
            return response
        }
        router.post("/sign-out") { request, _ in
            if let session = request.cookies[Sessions.cookie] { sessions.signOut(session.value) }
            return Response.seeOther("/sign-in")
        }
        router.get("/settings") { request, _ in
            let fields = request.fields
            // Only a path of ours: "//host" and "/\host" are others'.
            let back = fields["back"].flatMap { path in
                path.hasPrefix("/") && !path.dropFirst().hasPrefix("/") && !path.contains("\\")
                    && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? path : nil
            }
            var response = Response.seeOther(back ?? "/")
            for (name, known) in [
                ("language", Language.allCases.map(\.rawValue)),
                ("theme", Visitor.Theme.allCases.map(\.rawValue)),
            ] {
                guard let value = fields[name], known.contains(value) else { continue }
                response.setCookie(
                    Cookie(
                        name: "promoguard_" + name, value: value, maxAge: 31_536_000, path: "/",
                        httpOnly: true,
                        sameSite: .lax))
            }
            return response
        }
    }
}
