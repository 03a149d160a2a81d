import CampaignSimulator
import Foundation
import RiskFeatures
import RiskModel

@testable import ScoringPipeline

/// A small simulated campaign, and a model fitted on another one; made once for all tests.
final class TestCampaign: Sendable {
    static let shared = TestCampaign()

    /// Rotated, gzipped logs of two front ends, with labels.csv and truth.csv.
    let logs: TemporaryFolder
    /// The same lines in one plain file, by event time.
    let lines: [String]
    let labels: [AccountLabel]
    let model: LogisticModel
    /// The same training on this campaign's own labels; made for those tests that ask.
    static let trained = fit(
        try! TrainingReplay(paths: [shared.logs.path], labels: shared.labels))
    /// The model's file, for the program.
    let modelPath: String
    private let folder = TemporaryFolder()

    private init() {
        logs = TestCampaign.simulate(accounts: 1500, seed: 20)
        let other = TestCampaign.simulate(accounts: 1500, seed: 21)
        labels = try! LabelsCSV.read(logs.file("labels.csv"))
        lines = try! Program.run("/bin/bash", ["-c", "gzip -dc \(logs.path)/*.gz"]).text
            .split(separator: "\n").map(String.init)
            .sorted { TestCampaign.time($0) < TestCampaign.time($1) }
        let otherLabels = try! LabelsCSV.read(other.file("labels.csv"))
        let replay = try! TrainingReplay(paths: [other.path], labels: otherLabels)
        // With company, so that what one account learns of another is in all that is tested with this model.
        let trained = try! TestCampaign.trainer.addingCompany(
            to: TestCampaign.fit(replay), paths: [other.path], labels: otherLabels)
        model = LogisticModel(name: "test", data: "a simulated campaign", commands: [], trained: trained)
        modelPath = folder.file("model.json")
        try! model.write(to: modelPath)
    }

    var scorer: Scorer { try! Scorer(model, featureNames: FeatureCatalog.names) }

    /// All lines as a file's bytes.
    static func bytes(_ lines: some Sequence<String>) -> [UInt8] {
        Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// The event time of a line.
    static func time(_ line: String) -> Int64 {
        let start = line.range(of: "\"ts\":")!.upperBound
        return Int64(line[start...].prefix { $0.isNumber })!
    }

    static func simulate(accounts: Int, days: Int = 6, seed: UInt64) -> TemporaryFolder {
        var configuration = CampaignConfiguration()
        configuration.accounts = accounts
        configuration.days = days
        configuration.seed = seed
        let folder = TemporaryFolder()
        _ = try! CampaignSimulator(configuration: configuration).write(to: folder.path)
        return folder
    }

    private static let trainer: LogisticTrainer = {
        var options = LogisticTrainer.Options()
        options.penalties = [0.3]
        options.selects = false
        options.leastPositives = 1
        options.crosses = 0
        options.segments = [1]
        options.folds = 2
        return LogisticTrainer(options: options)
    }()

    /// Heads over some of the features: enough to flag by, and quick to learn without optimisation.
    private static func fit(_ replay: TrainingReplay) -> [Risk: TrainedHead] {
        let names = [
            "device_accounts_1d", "claim_share", "browses_per_grant", "payer_accounts_30d", "ip_accounts_1d",
            "sync_network_5s", "inviter_invitees_1h", "commission_shared_purse_share",
        ]
        let indices = names.map { FeatureCatalog.index(of: $0)! }
        var trained: [Risk: TrainedHead] = [:]
        for risk in Risk.allCases {
            let whole = replay.trainingSet(risk)
            var some = TrainingSet(columns: indices.map { whole.columns[$0] })
            for row in 0..<whole.count {
                some.append(
                    indices.map { whole.values[row * whole.columns.count + $0] }, label: whole.labels[row],
                    weight: whole.weights[row], group: whole.groups[row], account: whole.accounts[row],
                    timeMs: whole.times[row])
            }
            trained[risk] = try! trainer.train(some)
        }
        return trained
    }
}
