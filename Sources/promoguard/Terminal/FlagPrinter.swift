import CaseFile
import Presentation
import Synchronization

/// Prints new flags as they come; while a person has paused the list they wait, the latest of them.
final class FlagPrinter: Sendable {
    private struct Waiting {
        var isPaused = false
        var lines: [String] = []
        var leftOut = 0
    }

    private static let mostWaiting = 1000
    private let waiting = Mutex(Waiting())
    private let language: Language

    init(_ language: Language) { self.language = language }

    /// Pauses the list, or lets it go on.
    func togglePause() { waiting.withLock { $0.isPaused.toggle() } }

    /// What the live line says of it; nil while the list goes on.
    var notice: String? {
        waiting.withLock { waiting in
            guard waiting.isPaused else { return nil }
            let count = Int64(waiting.lines.count + waiting.leftOut).grouped
            return language.pick("list paused, \(count) waiting, p goes on", "列表已暂停，\(count) 条待显示，按 p 继续")
        }
    }

    /// Takes a line; what is to be printed now comes from `take`.
    func add(_ line: String) {
        waiting.withLock { waiting in
            waiting.lines.append(line)
            guard waiting.isPaused, waiting.lines.count > FlagPrinter.mostWaiting else { return }
            waiting.lines.removeFirst()
            waiting.leftOut += 1
        }
    }

    /// What is to be printed now.
    func take() -> String {
        waiting.withLock { waiting in
            guard !waiting.isPaused, !waiting.lines.isEmpty else { return "" }
            var text = waiting.lines.joined()
            if waiting.leftOut > 0 {
                let count = Int64(waiting.leftOut).grouped
                text =
                    language.pick(
                        "\(count) more before these: promoguard review list\n",
                        "此前还有 \(count) 条：promoguard review list\n") + text
            }
            waiting.lines = []
            waiting.leftOut = 0
            return text
        }
    }
}
