import ActivityLog
import CaseFile

extension TailInput {
    /// Followed logs, used from one thread at a time.
    init(_ stream: consuming FollowStream) {
        let held = Held(stream)
        let waker = held.stream.waker
        self.init(
            next: { batch, arrivals, waitMs in
                switch held.stream.next(into: &batch, arrivals: &arrivals, waitMs: waitMs) {
                case .events: .events
                case .waiting: .waiting
                case .idle: .idle
                }
            },
            pending: { batch in held.stream.copyPending(into: &batch) },
            snapshot: {
                var bytes: [UInt8] = []
                held.stream.snapshot(into: &bytes)
                return bytes
            },
            report: { held.stream.report }, wake: { waker.wake() })
    }

    /// Shares the stream among the closures.
    private final class Held {
        var stream: FollowStream
        init(_ stream: consuming FollowStream) { self.stream = stream }
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
