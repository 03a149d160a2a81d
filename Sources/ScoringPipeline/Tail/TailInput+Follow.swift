import ActivityLog
import CaseFile

extension TailInput {
    /// Followed logs, used from one thread at a time.
    init(_ stream: consuming FollowStream) {
        let held = Held(stream)
        let waker = held.stream.waker
        self.init(
            next: { Step(held.stream.next(into: &$0, arrivals: &$1, waitMs: $2)) },
            nextInOrder: { Step(held.stream.next(into: &$0, waitMs: $1)) },
            pending: { batch in held.stream.copyPending(into: &batch) },
            snapshot: { held.stream.snapshot() },
            report: { held.stream.report }, campaignNames: { held.stream.campaignNames },
            wake: { waker.wake() })
    }

    /// Shares the stream among the closures.
    private final class Held {
        var stream: FollowStream
        init(_ stream: consuming FollowStream) { self.stream = stream }
    }
}

extension TailInput.Step {
    fileprivate init(_ step: FollowStream.Step) {
        switch step {
        case .events: self = .events
        case .waiting: self = .waiting
        case .idle: self = .idle
        }
    }
}

extension TailRun {
    /// Follows logs: goes on from the checkpoint, or begins as the configuration says.
    /// - Parameters:
    ///   - patterns: files, folders and globs.
    ///   - caseFile: where the flags go; opened to wait for locks shortly (0.05 s), because the stream waits with it.
    ///   - models: the model file over the features of `FeatureCatalog`.
    /// - Throws: `ReadError` where there is nothing to follow, `TailLockError` when another process follows into this
    ///   database, `ModelError`, `CaseFileError`.
    public static func follow(
        _ patterns: [String], caseFile: CaseFile, models: ModelSource,
        reading: ReadConfiguration = ReadConfiguration(),
        following: FollowConfiguration = FollowConfiguration(),
        configuration: TailConfiguration = TailConfiguration(), control: TailControl,
        tell: (TailNews) -> Void = { _ in }
    ) throws -> TailRun {
        var following = following
        following.start = configuration.start == .now ? .now : .start
        return try begin(
            caseFile: caseFile, models: models, reading: reading, configuration: configuration,
            control: control,
            tell: tell
        ) { snapshot in
            if let snapshot {
                return TailInput(
                    try FollowStream(
                        restoring: snapshot, patterns, configuration: reading, following: following))
            }
            return TailInput(try FollowStream(patterns, configuration: reading, following: following))
        }
    }
}
