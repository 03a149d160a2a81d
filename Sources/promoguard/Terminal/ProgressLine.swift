import Foundation
import Presentation
import RiskModel
import ScoringPipeline

/// A line on the terminal that says how far a replay or a training has come; nothing where standard error is no terminal.
final class ProgressLine {
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var latest = ContinuousClock.now

    init(_ verbosity: Verbosity) { isShown = isatty(STDERR_FILENO) == 1 && !verbosity.quiet }

    /// Shows a state of things, at most five times a second.
    func update(_ progress: ReplayProgress) {
        guard isShown, latest.duration(to: .now) > .milliseconds(200) else { return }
        latest = .now
        let rate = Int64(Double(progress.events) / max(start.duration(to: latest).inSeconds, 0.001))
        let time = EventTime.china.short(progress.latestMs)
        show("\r\u{1B}[K\(progress.events.grouped) events, \(rate.grouped) a second, at \(time)")
    }

    /// Shows what is being done.
    func update(_ text: String) {
        if isShown { show("\r\u{1B}[K\(text)") }
    }

    /// Shows a bar, and what is learned and how.
    func update(_ name: String, _ progress: TrainingProgress) {
        let done = Int(progress.share * 20)
        let bar = String(repeating: "█", count: done) + String(repeating: "░", count: 20 - done)
        update("\(bar) \(Int(progress.share * 100))%  \(name): \(progress.text)")
    }

    /// Clears the line.
    func end() {
        if isShown { show("\r\u{1B}[K") }
    }

    private func show(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
