import CaseFile
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import RiskModel

@testable import ReviewConsole

/// A console over a case file of its own, and a browser that talks to it without a network.
final class ConsoleStage {
    private let folder: String
    let file: CaseFile
    let console: ReviewConsole
    private let responder: RouterResponder<ConsoleContext>
    let database: String

    init(
        _ flags: [FlaggedAccount] = [.sample()], evidence: [AccountEvidence] = [], gangs: GangTables? = nil,
        reviewers: [ConsoleConfiguration.Reviewer] = [], drift: [DriftRow]? = nil,
        model: LogisticModel? = nil, report: String? = nil
    ) throws {
        folder = FileManager.default.temporaryDirectory.path + "/console-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        database = folder + "/cases.sqlite"
        file = try CaseFile.open(database)
        var batch = CaseBatch()
        batch.flags = flags
        batch.evidence = evidence.map(PackedEvidence.init)
        batch.gangs = gangs
        batch.drift = drift
        try file.commit(batch)
        var configuration = ConsoleConfiguration(database: database, model: try model ?? .bundled())
        if let report {
            configuration.report = folder + "/model.report.html"
            try report.write(toFile: configuration.report!, atomically: true, encoding: .utf8)
        }
        configuration.reviewers = reviewers
        configuration.localReviewer = "tester"
        console = try ReviewConsole(configuration)
        responder = console.responder
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// An answer, read to its end.
    struct Answer {
        var status: Int
        var headers: HTTPFields
        var text: String

        var json: [String: Any] {
            get throws {
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
            }
        }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, body: String = "", headers: [String: String] = [:],
        host: String = "127.0.0.1:8080"
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers { fields.append(HTTPField(name: HTTPField.Name(name)!, value: value)) }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: host, path: path, headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
        let context = ConsoleContext(
            source: ApplicationRequestContextSource(
                channel: NIOAsyncTestingChannel(), logger: Logger(label: "test")))
        let response = try await responder.respond(to: request, context: context)
        let collector = Collector()
        try await response.body.write(collector)
        return Answer(
            status: response.status.code, headers: response.headers,
            text: String(decoding: collector.bytes, as: UTF8.self))
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send(.get, path, headers: headers)
    }

    /// What a page of ours would send along.
    var token: String {
        get async throws { try await get("/api/v1/session").json["token"] as? String ?? "" }
    }

    func postForm(_ path: String, _ fields: [(String, String)]) async throws -> Answer {
        let all = fields + [("token", try await token)]
        let body = all.map { FormFields.encode($0.0) + "=" + FormFields.encode($0.1) }.joined(separator: "&")
        return try await send(.post, path, body: body)
    }

    func postJSON(_ path: String, _ body: String) async throws -> Answer {
        try await send(.post, path, body: body, headers: ["X-PromoGuard-Token": try await token])
    }
}

private final class Collector: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws { bytes += buffer.readableBytesView }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension FlaggedAccount {
    /// A flag with everything filled in, to be changed where a test cares.
    static func sample(
        _ id: String = "o6_account_0001", risk: String = "coupon_abuse", score: Double = 0.9,
        fen: Int64 = 5_000,
        reasons: [Reason] = [Reason(feature: "device_accounts_1d", value: 37, contribution: 2.25)],
        tags: [String] = ["coupon_farming"], gang: String? = nil
    ) -> FlaggedAccount {
        FlaggedAccount(
            accountID: id, risk: risk, score: score, level: score > 0.8 ? "high" : "review",
            firstFlaggedMs: 1_780_000_000_000, lastScoredMs: 1_780_000_100_000, amountAtRiskFen: fen,
            reasons: reasons, tags: tags, gangID: gang, model: "default")
    }
}
