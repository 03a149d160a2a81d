import Synchronization

/// Holds who asks too often to a rate: a bucket of requests an address and kind, that fills up again with time.
final class RateLimiter: Sendable {
    /// What is asked for, each with a bucket of its own.
    enum Kind: CaseIterable {
        /// Pages, lists and single accounts.
        case read
        /// Decisions and what else changes the file.
        case write
        /// Whole account ids.
        case unmask
        case signIn

        /// Requests that a full bucket holds.
        var burst: Double {
            switch self {
            case .read: 40_000
            case .write: 120
            case .unmask: 60
            case .signIn: 10
            }
        }

        /// Requests a second that it fills by.
        var perSecond: Double {
            switch self {
            case .read: 20_000
            case .write: 20
            case .unmask: 1
            case .signIn: 0.2
            }
        }
    }

    private struct Asker: Hashable {
        var address: String
        var kind: Kind
    }

    private struct Bucket {
        var left: Double
        var filledAt: Duration
    }

    /// Addresses that are remembered; where there are more, those with full buckets are forgotten first, then all.
    private static let mostBuckets = 10_000

    private let start = ContinuousClock.now
    private let buckets = Mutex<[Asker: Bucket]>([:])

    /// - Parameter at: since the start; nil for now.
    /// - Returns: nil, or after how many seconds to ask again.
    func refusal(_ address: String, _ kind: Kind, at: Duration? = nil) -> Int? {
        let now = at ?? start.duration(to: .now)
        return buckets.withLock { buckets in
            if buckets.count >= Self.mostBuckets {
                buckets = buckets.filter { now - $1.filledAt < .seconds(60) }
                if buckets.count >= Self.mostBuckets { buckets = [:] }
            }
            let key = Asker(address: address, kind: kind)
            var bucket = buckets[key] ?? Bucket(left: kind.burst, filledAt: now)
            let seconds = (now - bucket.filledAt) / .seconds(1)
            bucket.left = min(kind.burst, bucket.left + seconds * kind.perSecond)
            bucket.filledAt = now
            defer { buckets[key] = bucket }
            guard bucket.left >= 1 else { return Int(((1 - bucket.left) / kind.perSecond).rounded(.up)) }
            bucket.left -= 1
            return nil
        }
    }
}
