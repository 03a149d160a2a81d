import ActivityLog
import RiskFeatures
import RiskModel

extension LogisticTrainer {
    /// The second stage: heads that weigh own conduct learn what the company adds that an account keeps.
    ///
    /// The logs are replayed with suspicion cast by heads that had not seen the account, so that what training takes for
    /// company is what scoring will.
    /// - Parameters: as for `OutOfFoldReplay`.
    /// - Returns: heads whose own terms are as they were; a head whose accounts teach nothing of company as it was.
    /// - Throws: `ReadError`, or `ModelError`.
    public func addingCompany(
        to trained: [Risk: TrainedHead], paths: [String],
        configuration: ReadConfiguration = ReadConfiguration(),
        labels: [AccountLabel], gangs: [String: String] = [:], seed: UInt64 = 1,
        progress: (ReplayProgress) -> Void = { _ in }
    ) throws -> [Risk: TrainedHead] {
        let features = FeatureCatalog.companyIndices.map { FeatureCatalog.all[$0].name }
        var result = trained.mapValues { suspecting($0, features: features) }
        let replay = try OutOfFoldReplay(
            paths: paths, configuration: configuration, labels: labels, trained: result, gangs: gangs,
            seed: seed, progress: progress)
        for (risk, set) in replay.company {
            result[risk] = (try? adding(company: set, to: result[risk]!)) ?? trained[risk]
        }
        return result
    }
}
