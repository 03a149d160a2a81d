import CaseFile
import Foundation
import Hummingbird
import Presentation

extension ReviewConsole {
    /// Flags on one page of the queue.
    static let rowsPerPage = 40

    func addPages(_ router: Router<ConsoleContext>) {
        router.get("/accounts/:account") { request, context in
            try await account(request, context, isUnmasked: false).response()
        }
        router.post("/accounts/:account/unmask") { request, context in
            try await account(request, context, isUnmasked: true).response()
        }
        router.get("/gangs") { request, context in try await gangs(request.fields, context).response() }
        router.get("/gangs/:gang") { _, context in try await gang(context).response() }
        router.get("/overview") { _, context in try await overview(context).response() }
        router.get("/model") { _, context in try await model(context).response() }
        router.get(RouterPath(Self.reportPath)) { _, _ in try report() }
        router.get("/bulk") { request, context in try await bulk(request.fields, context).response() }
        router.post("/bulk") { _, context in try await decideBulk(context.form, context) }
        router.post("/labels") { _, context in try await labels(context) }
        router.get("/") { request, context in try await queue(request.fields, context).response() }
        router.post("/decide") { _, context in try await decide(context.form, context) }
        router.post("/undo") { _, context in try await undo(context.form, context) }
        router.post("/filters") { _, context in try await saveFilter(context.form) }
        router.post("/filters/delete") { _, context in
            let name = context.form["name"] ?? ""
            try await desk.write { try $0.deleteFilter(named: name) }
            return Response.seeOther("/")
        }
    }

    // MARK: The queue

    private func queue(_ fields: FormFields, _ context: ConsoleContext) async throws -> Page {
        let filter = try QueueFilter(fields, status: .open)
        let cursor = try cursor(fields)
        // Before the list is read, so that no change falls between.
        let version = changes.version
        let (flags, total, sizes, saved) = try await desk.read { file in
            let (page, total) = try self.page(filter, limit: Self.rowsPerPage, after: cursor, file)
            var sizes: [String: Int] = [:]
            for id in Set(page.flags.compactMap(\.gangID)) { sizes[id] = try file.gang(id)?.members }
            return (page, total, sizes, try file.savedFilters())
        }
        return QueuePage(
            pen: pen(context), filter: filter, flags: flags, total: total, gangSizes: sizes, saved: saved,
            done: done(fields), version: version, isFirst: cursor == nil
        ).page
    }

    func cursor(_ fields: FormFields) throws -> FlagCursor? {
        guard let text = fields["after"] else { return nil }
        guard let cursor = FlagCursor(text) else { throw ConsoleError.badValue("after") }
        return cursor
    }

    /// What a redirect after a decision names.
    func done(_ fields: FormFields) -> (name: String, entry: UndoBook.Entry)? {
        fields["done"].flatMap { name in undoBook.entry(name).map { (name, $0) } }
    }

    // MARK: Deciding

    private func decide(_ form: FormFields, _ context: ConsoleContext) async throws -> Response {
        guard let verdict = form["decision"].flatMap(Verdict.init(rawValue:)) else {
            throw ConsoleError.badValue("decision")
        }
        let boxes = form.all("flag")
        let query = form["query"] ?? ""
        guard !boxes.isEmpty else { return .seeOther("/?" + query) }
        let made = try await decisions.decide(
            verdict, try decisions.selections(boxes), reviewer: visitor(context).name ?? "",
            note: form["note"])
        forgetSums()
        let filter = try QueueFilter(FormFields(query), status: .open)
        // From an account's page the reviewer goes on to the next that waits.
        if form["go"] == "next", let next = try await next(filter) {
            let path = "/accounts/" + references.reference(next)
            return .seeOther(path + "?" + filter.text(with: "done", made.name))
        }
        return .seeOther("/?" + filter.text(with: "done", made.name))
    }

    /// The account of the first flag of the filter that is open.
    private func next(_ filter: QueueFilter) async throws -> String? {
        var query = filter.query
        query.status = .open
        let open = query
        return try await desk.read { try $0.page(open, limit: 1).flags.first?.accountID }
    }

    private func undo(_ form: FormFields, _ context: ConsoleContext) async throws -> Response {
        let reviewer = visitor(context).name ?? ""
        let query = try QueueFilter(FormFields(form["query"] ?? ""), status: .open).text
        defer { forgetSums() }
        if let name = form["account"] {
            _ = try await decisions.undo(
                [.accounts([try decisions.account(name)], risk: form["risk"])], reviewer: reviewer)
            return .seeOther("/accounts/" + FormFields.encode(name) + "?" + query)
        }
        _ = try await decisions.undo(form["undo"] ?? "", reviewer: reviewer)
        return .seeOther("/?" + query)
    }

    private func saveFilter(_ form: FormFields) async throws -> Response {
        guard let name = form["name"], name.utf8.count <= 200 else { throw ConsoleError.badValue("name") }
        let filter = try QueueFilter(FormFields(form["query"] ?? ""), status: .open)
        let saved = SavedFilter(name: name, query: filter.text)
        try await desk.write { file in
            guard try file.savedFilters().count < 50 else {
                throw ConsoleError(.conflict, "Fifty filters are saved already.", "已保存五十个筛选。")
            }
            try file.save(saved)
        }
        return .seeOther("/?" + filter.text)
    }

    private func bulk(_ fields: FormFields, _ context: ConsoleContext) async throws -> Page {
        let filter = try QueueFilter(fields, status: .open)
        let preview = try await desk.read { try $0.preview(.matching(filter.query)) }
        return BulkPage(pen: pen(context), filter: filter, preview: preview).page
    }

    private func decideBulk(_ form: FormFields, _ context: ConsoleContext) async throws -> Response {
        let filter = try QueueFilter(FormFields(form["query"] ?? ""), status: .open)
        guard let verdict = form["decision"].flatMap(Verdict.init(rawValue:)) else {
            throw ConsoleError.badValue("decision")
        }
        guard let expecting = form["expecting"].flatMap({ Int($0) }) else {
            throw ConsoleError.badValue("expecting")
        }
        let made = try await decisions.decide(
            verdict, [.matching(filter.query)], reviewer: visitor(context).name ?? "", note: form["note"],
            expecting: expecting)
        forgetSums()
        return .seeOther("/?done=" + made.name)
    }

    // MARK: One account

    private func account(
        _ request: Request, _ context: ConsoleContext, isUnmasked: Bool
    ) async throws -> Page {
        let account = try decisions.account(try parameter("account", context))
        let contents = try await contents(account)
        guard !contents.flags.isEmpty || contents.gangID != nil else { throw ConsoleError.noAccount }
        if isUnmasked {
            try await unmask(account, context)
        }
        return AccountPage(
            pen: pen(context), account: account, contents: contents, model: configuration.model,
            filter: try QueueFilter(request.fields, status: .open), isUnmasked: isUnmasked,
            done: done(request.fields)
        ).page
    }

    /// Neighbours that an account's page lists.
    private static let mostNeighbours = 200

    func contents(_ account: String) async throws -> AccountPage.Contents {
        try await desk.read { file in
            let flags = try file.flags(account: account)
            return AccountPage.Contents(
                flags: flags, evidence: try file.evidence(account: account),
                links: try file.links(account: account),
                neighbours: try file.neighbours(account: account, limit: Self.mostNeighbours),
                decisions: try file.decisions(account: account),
                trail: try file.auditTrail(account: account, limit: 20),
                news: try file.newEvidence(flags.filter { $0.status == .open }.map(\.key)),
                gangID: try file.gang(of: account))
        }
    }

    /// Writes down that the whole id is about to be shown.
    func unmask(_ account: String, _ context: ConsoleContext) async throws {
        let who = visitor(context).name ?? ""
        try await desk.write { try $0.audit("unmask", who: who, account: account, atMs: Decisions.now) }
    }

    // MARK: Gangs

    static let gangsPerPage = 50

    private func gangs(_ fields: FormFields, _ context: ConsoleContext) async throws -> Page {
        let offset = min(max(fields["offset"].flatMap { Int($0) } ?? 0, 0), 1_000_000)
        // One more tells whether there is a next page.
        let gangs = try await desk.read { try $0.gangs(limit: Self.gangsPerPage + 1, offset: offset) }
        return GangsPage(
            pen: pen(context), gangs: Array(gangs.prefix(Self.gangsPerPage)), offset: offset,
            hasMore: gangs.count > Self.gangsPerPage
        ).page
    }

    private func gang(_ context: ConsoleContext) async throws -> Page {
        let id = try parameter("gang", context)
        let found = try await desk.read { file in
            try file.gang(id).map { gang in
                (
                    gang, try file.members(gang: id), try file.flags(FlagQuery(gangID: id)),
                    try file.preview(.matching(FlagQuery(status: .open, gangID: id)))
                )
            }
        }
        guard let (gang, members, flags, open) = found else { throw ConsoleError.noGang }
        return GangPage(pen: pen(context), gang: gang, members: members, flags: flags, open: open).page
    }

    // MARK: The whole

    private func overview(_ context: ConsoleContext) async throws -> Page {
        let contents = try await desk.sum { file in
            OverviewPage.Contents(
                overview: try self.overview(file), counts: try file.counts(), tail: try file.tailStatus(),
                rejected: try file.rejectedCounts(), samples: try file.rejectedLines())
        }
        return OverviewPage(pen: pen(context), contents: contents).page
    }

    private func model(_ context: ConsoleContext) async throws -> Page {
        let (overview, drift) = try await desk.sum { (try self.overview($0), try $0.drift()) }
        return ModelPage(
            pen: pen(context), model: configuration.model, tenths: overview.tenths, drift: drift,
            hasReport: configuration.report.map { FileManager.default.isReadableFile(atPath: $0) } ?? false
        ).page
    }

    static let reportPath = "/model/report"
    /// A report is some hundred kilobytes; what is larger is none.
    private static let largestReport = 16 << 20

    /// The model's report as it was written. It carries its own style, and whoever wrote the file may have put anything
    /// into it: it may show itself, run nothing, load nothing, and reach nothing of ours.
    private func report() throws -> Response {
        guard let path = configuration.report, let file = FileHandle(forReadingAtPath: path),
            let bytes = try? file.read(upToCount: Self.largestReport + 1), bytes.count <= Self.largestReport
        else { throw ConsoleError.notFound }
        return .text(
            String(decoding: bytes, as: UTF8.self), type: "text/html; charset=utf-8",
            headers: [.contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; sandbox"])
    }

    /// The decisions as the CSV that `train` reads, whole ids in it.
    func labels(_ context: ConsoleContext) async throws -> Response {
        let who = visitor(context).name ?? ""
        let labels = try await desk.write { file in
            let labels = try file.labels()
            try file.audit("export", who: who, detail: "labels of \(labels.count) flags", atMs: Decisions.now)
            return labels
        }
        var text = "account_id,risk,label,as_of_ms\n"
        for label in labels {
            text += CSVText.line([label.accountID, label.risk, String(label.label), String(label.asOfMs)])
        }
        return .text(
            text, type: "text/csv; charset=utf-8",
            headers: [.contentDisposition: "attachment; filename=\"labels.csv\""])
    }
}
