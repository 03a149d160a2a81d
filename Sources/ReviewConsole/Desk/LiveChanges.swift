import CaseFile
import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// Tells open pages that something has changed, by server-sent events.
///
/// The file is written by other processes, so it is looked at twice a second; a comment every fifteen seconds shows
/// both sides that the other is there. When nothing has changed any more for a while it tells once more: sums on a page may
/// have been older than the rest.
final class LiveChanges: Service {
    private struct Listeners {
        /// Changes seen since the start; pages carry the number they were made at.
        var version = 1
        var next = 0
        var streams: [Int: AsyncStream<String>.Continuation] = [:]
        var isClosed = false
    }

    /// How long a sum over many flags may be shown that others change meanwhile.
    static let settling = Duration.seconds(8)
    private static let interval = Duration.milliseconds(500)
    private static let beatsBetweenComments = 30
    private static let mostListeners = 64

    private let file: CaseFile
    private let listeners = Mutex(Listeners())

    init(_ file: CaseFile) { self.file = file }

    func run() async throws {
        var mark = try? file.changeMark()
        var beat = 0
        var changedAt: ContinuousClock.Instant?
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            beat += 1
            // A file that cannot be read now will be looked at again.
            let now = (try? file.changeMark()) ?? mark
            let hasSettled = changedAt.map { $0.duration(to: .now) > Self.settling } ?? false
            if now != mark || hasSettled {
                changedAt = now == mark ? nil : .now
                mark = now
                let version = listeners.withLock { listeners in
                    listeners.version += 1
                    return listeners.version
                }
                tell("event: change\ndata: \(version)\n\n")
            } else if beat % Self.beatsBetweenComments == 0 {
                tell(": still here\n\n")
            }
        }
        // Ended outside the lock, which their end takes.
        let streams = listeners.withLock { listeners in
            listeners.isClosed = true
            return Array(listeners.streams.values)
        }
        for stream in streams { stream.finish() }
    }

    private func tell(_ text: String) {
        listeners.withLock { for stream in $0.streams.values { stream.yield(text) } }
    }

    /// - Throws: when too many listen already.
    func response() throws -> Response {
        // Whoever does not read loses old news, not memory of ours.
        let (stream, continuation) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingNewest(4))
        let isAdmitted = listeners.withLock { listeners in
            guard !listeners.isClosed, listeners.streams.count < Self.mostListeners else { return false }
            let number = listeners.next
            listeners.next += 1
            listeners.streams[number] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.listeners.withLock { $0.streams[number] = nil }
            }
            return true
        }
        guard isAdmitted else {
            throw ConsoleError(.serviceUnavailable, "Too many pages are open.", "打开的页面过多。")
        }
        // What changed between the page and this is not lost.
        let hello = "retry: 2000\nevent: hello\ndata: \(version)\n\n"
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: ResponseBody { writer in
                defer { continuation.finish() }
                try await writer.write(ByteBuffer(string: hello))
                // The server waits for this answer before it ends, so it must end first.
                for await text in stream.cancelOnGracefulShutdown() {
                    try await writer.write(ByteBuffer(string: text))
                }
                try await writer.finish(nil)
            })
    }

    /// Grows with every change.
    var version: Int { listeners.withLock { $0.version } }

    var count: Int { listeners.withLock { $0.streams.count } }
}
