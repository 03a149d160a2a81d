import CaseFile
import Foundation
import Hummingbird
import Presentation

extension ReviewConsole {
    /// Flags of one page where the caller names no number, and at most.
    private static let usualLimit = 50
    private static let mostAtOnce = 200

    func addAPI(_ router: Router<ConsoleContext>) {
        router.get("/api/v1/openapi.json") { _, _ in Asset.openAPI.response }
        let api = AddressedAPI(router)
        api.get("/api/v1/session") { _, context in
            let visitor = visitor(context)
            return Response.json(
                .object([("reviewer", JSONValue(visitor.name)), ("token", .string(visitor.token))]))
        }
        api.get("/api/v1/flags", taking: QueueFilter.names + ["limit", "after"]) { request, context in
            try await flags(request.fields, context)
        }
        api.get("/api/v1/accounts/:account") { _, context in try glance(context) }
        api.get("/api/v1/accounts/:account/evidence") { _, context in try await evidence(context) }
        api.post("/api/v1/accounts/:account/unmask") { context in
            let account = try decisions.account(try parameter("account", context))
            guard try await !desk.read({ try $0.flags(account: account) }).isEmpty else {
                throw ConsoleError.noAccount
            }
            try await unmask(account, context)
            return Response.json(.object([("account_id", .string(account))]))
        }
        api.get("/api/v1/gangs", taking: ["limit", "offset"]) { request, _ in
            try await gangsForProgram(request.fields)
        }
        api.get("/api/v1/gangs/:gang") { _, context in try await gangForProgram(context) }
        api.get("/api/v1/overview") { _, context in try await overviewForProgram(context) }
        api.get("/api/v1/audit", taking: ["limit", "before"]) { request, _ in
            try await audit(request.fields)
        }
        api.post("/api/v1/labels") { context in try await labels(context) }
        api.post("/api/v1/preview") { context in try await preview(context) }
        api.post("/api/v1/decisions") { context in try await decideForProgram(context) }
        api.post("/api/v1/undo") { context in try await undoForProgram(context) }
    }

    /// Adds addresses that take no parameters but those they name.
    private struct AddressedAPI {
        private let router: Router<ConsoleContext>

        init(_ router: Router<ConsoleContext>) { self.router = router }

        func get(
            _ path: RouterPath, taking names: [String] = [],
            _ answer: @escaping @Sendable (Request, ConsoleContext) async throws -> Response
        ) {
            router.get(path) { request, context in
                try request.fields.check(names)
                return try await answer(request, context)
            }
        }

        func post(
            _ path: RouterPath, _ answer: @escaping @Sendable (ConsoleContext) async throws -> Response
        ) {
            router.post(path) { request, context in
                try request.fields.check([])
                return try await answer(context)
            }
        }
    }

    /// The path's parameter, its percent codes resolved.
    func parameter(_ name: String, _ context: ConsoleContext) throws -> String {
        let value = FormFields.decode(try context.parameters.require(name), plusIsSpace: false)
        guard value.utf8.count <= 512 else { throw ConsoleError.badValue(name) }
        return value
    }

    private func limit(_ fields: FormFields) throws -> Int {
        guard let text = fields["limit"] else { return Self.usualLimit }
        guard let number = Int(text), (1...Self.mostAtOnce).contains(number) else {
            throw ConsoleError.badValue("limit")
        }
        return number
    }

    private func flags(_ fields: FormFields, _ context: ConsoleContext) async throws -> Response {
        let filter = try QueueFilter(fields, status: nil)
        let cursor = try cursor(fields)
        let most = try limit(fields)
        let (page, total) = try await desk.read { file in
            try self.page(filter, limit: most, after: cursor, file)
        }
        let json = FlagJSON(pen: pen(context))
        return .json(
            .object([
                ("flags", .array(page.flags.map { json.flag($0) })), ("next", JSONValue(page.next?.text)),
                ("total", json.total(total)),
            ]))
    }

    /// For a shop's backend that asks before it grants: one look-up, and an answer whether it is flagged or not.
    private func glance(_ context: ConsoleContext) throws -> Response {
        let name = try parameter("account", context)
        guard let account = try references.account(name, desk.lookups) else { throw ConsoleError.noAccount }
        return .json(FlagJSON.glance(try desk.lookups.glance(account: account), account: account))
    }

    private func evidence(_ context: ConsoleContext) async throws -> Response {
        let account = try decisions.account(try parameter("account", context))
        let contents = try await contents(account)
        guard !contents.flags.isEmpty || contents.gangID != nil else { throw ConsoleError.noAccount }
        return .json(FlagJSON(pen: pen(context)).evidence(contents, account: account))
    }

    // MARK: Gangs and the whole

    private func offset(_ fields: FormFields) throws -> Int {
        guard let text = fields["offset"] else { return 0 }
        guard let number = Int(text), (0...1_000_000).contains(number) else {
            throw ConsoleError.badValue("offset")
        }
        return number
    }

    private func gangsForProgram(_ fields: FormFields) async throws -> Response {
        let (most, offset) = (try limit(fields), try offset(fields))
        let gangs = try await desk.read { try $0.gangs(limit: most, offset: offset) }
        return .json(.object([("gangs", .array(gangs.map(FlagJSON.gang)))]))
    }

    private func gangForProgram(_ context: ConsoleContext) async throws -> Response {
        let id = try parameter("gang", context)
        let found = try await desk.read { file in
            try file.gang(id).map { ($0, try file.members(gang: id)) }
        }
        guard let (gang, members) = found else { throw ConsoleError.noGang }
        let json = FlagJSON(pen: pen(context))
        return .json(
            .object([("gang", FlagJSON.gang(gang)), ("members", .array(members.map(json.member)))]))
    }

    private func overviewForProgram(_ context: ConsoleContext) async throws -> Response {
        let (overview, counts) = try await desk.sum { (try self.overview($0), try $0.counts()) }
        return .json(FlagJSON.overview(overview, counts))
    }

    private func audit(_ fields: FormFields) async throws -> Response {
        let most = try limit(fields)
        var before: Int64?
        if let text = fields["before"] {
            guard let number = Int64(text) else { throw ConsoleError.badValue("before") }
            before = number
        }
        let earlier = before
        let trail = try await desk.read { try $0.auditTrail(limit: most, before: earlier) }
        return .json(.object([("entries", .array(trail.map(FlagJSON.entry)))]))
    }

    // MARK: Deciding

    /// On accounts, or on all that a filter shows, as the address bar writes it.
    private struct DecisionRequest: Decodable {
        var decision: String
        var accounts: [String]?
        var risk: String?
        var filter: String?
        var expecting: Int?
        var note: String?
    }

    private struct SelectionRequest: Decodable {
        var accounts: [String]?
        var risk: String?
        var filter: String?
    }

    private struct UndoRequest: Decodable {
        var undo: String?
        var accounts: [String]?
        var risk: String?
    }

    func parse<T: Decodable>(_ context: ConsoleContext, as type: T.Type) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(context.body))
        } catch {
            throw ConsoleError(
                .badRequest,
                "The body is not the JSON object that this address takes: see /api/v1/openapi.json.",
                "请求体不是所需的 JSON 对象：见 /api/v1/openapi.json。")
        }
    }

    func selection(accounts: [String]?, risk: String?, filter: String?) throws -> FlagSelection {
        switch (accounts, filter) {
        case (let accounts?, nil):
            guard !accounts.isEmpty, accounts.count <= 1000 else { throw ConsoleError.badValue("accounts") }
            return .accounts(try accounts.map(decisions.account), risk: risk)
        case (nil, let filter?):
            let fields = FormFields(filter)
            try fields.check(QueueFilter.names)
            return .matching(try QueueFilter(fields, status: nil).query)
        default:
            throw ConsoleError(.badRequest, "Give either accounts or a filter.", "请提供 accounts 或 filter 之一。")
        }
    }

    private func preview(_ context: ConsoleContext) async throws -> Response {
        let request = try parse(context, as: SelectionRequest.self)
        let selection = try selection(
            accounts: request.accounts, risk: request.risk, filter: request.filter)
        let preview = try await desk.read { try $0.preview(selection) }
        let json = FlagJSON(pen: pen(context))
        return .json(
            .object([
                ("total", json.total(preview.total)), ("accounts", .integer(Int64(preview.accounts))),
                ("samples", .array(preview.samples.map(json.flag))),
            ]))
    }

    private func decideForProgram(_ context: ConsoleContext) async throws -> Response {
        let request = try parse(context, as: DecisionRequest.self)
        guard let verdict = Verdict(rawValue: request.decision) else {
            throw ConsoleError.badValue("decision")
        }
        let selection = try selection(
            accounts: request.accounts, risk: request.risk, filter: request.filter)
        if request.filter != nil, request.expecting == nil {
            throw ConsoleError(
                .badRequest, "A filter needs “expecting”: how many flags a person was shown.",
                "按筛选处理须给出 expecting：所显示的标记条数。")
        }
        let made = try await decisions.decide(
            verdict, [selection], reviewer: visitor(context).name ?? "", note: request.note,
            expecting: request.expecting)
        forgetSums()
        return .json(
            .object([
                ("decided", .integer(Int64(made.entry.flags))),
                ("repeated", .integer(Int64(made.entry.repeated))), ("undo", .string(made.name)),
            ]))
    }

    private func undoForProgram(_ context: ConsoleContext) async throws -> Response {
        let request = try parse(context, as: UndoRequest.self)
        let reviewer = visitor(context).name ?? ""
        defer { forgetSums() }
        let undone: Int
        if let name = request.undo {
            undone = try await decisions.undo(name, reviewer: reviewer)
        } else {
            let selection = try selection(accounts: request.accounts, risk: request.risk, filter: nil)
            undone = try await decisions.undo([selection], reviewer: reviewer)
        }
        return .json(.object([("undone", .integer(Int64(undone)))]))
    }
}
