import CaseFile
import Foundation

/// What a tail is doing, in words.
public struct TailWords {
    private let language: Language
    private let time = EventTime.china

    public init(_ language: Language) { self.language = language }

    /// One line for a terminal that is looked at now and then.
    /// - Parameter notice: what else is to be said.
    public func line(_ status: TailStatus, _ notice: String? = nil) -> String {
        var parts = [
            state(status.state),
            Int64(status.eventsPerSecond).grouped + language.pick(" events/s", " 事件/秒"),
            status.accounts.grouped + language.pick(" accounts", " 个账号"),
        ]
        if let newest = status.newestMs { parts.append(language.pick("at ", "至 ") + time.short(newest)) }
        if let lag = lag(status) { parts.append(language.pick("order settled ", "顺序确认滞后 ") + lag) }
        if let flags = status.flagsToday {
            parts.append(flags.grouped + language.pick(" flagged today", " 个今日标记"))
        }
        if status.rejectedLines > 0 {
            parts.append(status.rejectedLines.grouped + language.pick(" lines rejected", " 行被拒"))
        }
        if let notice { parts.append(notice) }
        return parts.joined(separator: " · ")
    }

    /// How far the settled order is behind the newest event.
    private func lag(_ status: TailStatus) -> String? {
        guard let newest = status.newestMs, let reached = status.reachedMs, newest > reached else {
            return nil
        }
        return "\(NumberText.fixed(Double(newest - reached) / 1000, places: 0)) s"
            + language.pick(" behind", "")
    }

    public func state(_ name: String) -> String {
        switch name {
        case "catching up": language.pick("catching up", "追赶历史")
        case "following": language.pick("following", "跟随中")
        case "idle": language.pick("idle", "空闲")
        case "stopped": language.pick("stopped", "已停止")
        default: name
        }
    }

    /// How far one log is read.
    public func logState(_ name: String) -> String {
        switch name {
        case "waiting": language.pick("waiting", "等待中")
        case "reading": language.pick("reading", "读取中")
        case "finished": language.pick("finished", "已读完")
        case "damaged": language.pick("damaged", "已损坏")
        default: name
        }
    }
}
