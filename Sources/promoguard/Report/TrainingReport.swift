import Presentation
import RiskFeatures
import RiskModel
import ScoringPipeline

extension TrainCommand {
    /// Writes what training found, if a report was asked for.
    /// - Parameters:
    ///   - prior: the model that training started from.
    ///   - heads: by name, with what each learned from, and how it does on what was held out.
    func write(
        _ report: String?, of model: LogisticModel, from prior: LogisticModel?,
        _ heads: [(name: String, trained: TrainedHead, set: TrainingSet, heldOut: HeldOut)]
    ) throws {
        guard let report else { return }
        var evaluation = Evaluation([model])
        for (name, trained, set, heldOut) in heads.sorted(by: { $0.name < $1.name }) {
            let groups = set.groupOfAccount
            let accounts = trained.outOfFold
            var numbers: [UInt64: Int] = [:]
            let drawn = accounts.accounts.map { account in
                let group = groups[account] ?? UInt64(account)
                let number = numbers[group] ?? numbers.count
                numbers[group] = number
                return number
            }
            let scored = ScoredAccounts(
                probabilities: trained.probabilities, labels: accounts.labels, weights: accounts.weights,
                groups: drawn)
            guard
                var measurement = HeadMeasurement(
                    head: name, models: [(model.name, trained.head.thresholds, scored)])
            else { continue }
            measurement.append(.split, ReportHead.byGroup, heldOut.byGroup)
            if let later = heldOut.byTime { measurement.append(.split, ReportHead.byTime, later) }
            evaluation.heads.append(.init(measurement: measurement))
        }
        let page = ReportPage(
            title: Phrase(en: "What \(model.name) learned", zh: "模型 \(model.name) 的训练报告"),
            source: Phrase(
                en: "Out of fold: each account judged by weights that had seen neither it nor its gang.",
                zh: "交叉验证：每个账号由未见过它及其团伙的权重打分。"),
            evaluation: evaluation, moved: prior.map { ModelDifference(from: $0, to: model) },
            language: language.language, shown: { Masking.mask($0) })
        try OutputFile(report, bytes: Array(page.html.utf8)).putInPlace()
    }
}
