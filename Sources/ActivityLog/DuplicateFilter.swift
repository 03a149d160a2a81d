import CHotPath

/// Knows the `event_id`s of the last window of event time, exactly.
///
/// Event time is cut into spans as long as the window, and the ids of the current and the previous span are
/// kept: what is older is further away than the window. Times must not go back.
struct DuplicateFilter {
    private let windowMs: Int64
    private var current = Generation()
    private var previous = Generation()
    private var span = Int64.min
    /// Where the span ends; nothing is earlier than its start.
    private var spanEndMs = Int64.min

    init(windowMs: Int64) {
        self.windowMs = max(windowMs, 1)
    }

    /// Whether `key` has been counted within the window before `ts`; if not, it now is.
    mutating func isRepeat(_ key: UInt64, at ts: Int64) -> Bool {
        if ts >= spanEndMs {
            let now = ts / windowMs
            if now == span &+ 1 {
                swap(&current, &previous)
            } else {
                previous.removeAll()
            }
            current.removeAll()
            span = now
            spanEndMs = (now &+ 1) &* windowMs
        }
        if let seen = current.find(key), ts - seen <= windowMs { return true }
        if let seen = previous.find(key), ts - seen <= windowMs { return true }
        current.insert(key, ts)
        return false
    }

    /// Brings what `isRepeat` will look at nearer.
    @inline(__always)
    func prefetch(_ key: UInt64) {
        current.prefetch(key)
        previous.prefetch(key)
    }

    /// The ids of one span, with the time each was counted: open addressing, at most half full.
    private struct Generation {
        private var entries = [(key: UInt64, ts: Int64)](repeating: (0, 0), count: 1024)
        private var count = 0

        @inline(__always)
        func prefetch(_ key: UInt64) {
            entries.withUnsafeBufferPointer {
                pg_prefetch(
                    $0.baseAddress.unsafelyUnwrapped + (Int(truncatingIfNeeded: key) & ($0.count &- 1)))
            }
        }

        func find(_ key: UInt64) -> Int64? {
            guard count > 0 else { return nil }
            let mask = entries.count - 1
            var slot = Int(truncatingIfNeeded: key) & mask
            while entries[slot].key != 0 {
                if entries[slot].key == key { return entries[slot].ts }
                slot = (slot + 1) & mask
            }
            return nil
        }

        mutating func insert(_ key: UInt64, _ ts: Int64) {
            if (count + 1) * 2 > entries.count {
                let old = entries
                entries = Array(repeating: (0, 0), count: old.count * 2)
                for entry in old where entry.key != 0 { place(entry.key, entry.ts) }
            }
            place(key, ts)
            count += 1
        }

        init() {}

        func write(to writer: inout ByteWriter) {
            writer.write(Int64(count))
            writer.reserve(count * 16)
            for entry in entries where entry.key != 0 {
                writer.write(entry.key)
                writer.write(entry.ts)
            }
        }

        init(from reader: inout ByteReader) throws(ReadError) {
            for _ in 0..<(try reader.readCount(of: 16)) {
                let key: UInt64 = try reader.read()
                let ts: Int64 = try reader.read()
                guard key != 0, find(key) == nil else { throw reader.damage }
                insert(key, ts)
            }
        }

        private mutating func place(_ key: UInt64, _ ts: Int64) {
            let mask = entries.count - 1
            var slot = Int(truncatingIfNeeded: key) & mask
            while entries[slot].key != 0 && entries[slot].key != key { slot = (slot + 1) & mask }
            entries[slot] = (key, ts)
        }

        /// Empties it; a table that was mostly empty shrinks, so that one rush does not slow all later spans.
        mutating func removeAll() {
            guard count > 0 else { return }
            let size = count * 8 < entries.count ? max(1024, entries.count / 2) : entries.count
            if size == entries.count {
                for index in entries.indices { entries[index] = (0, 0) }
            } else {
                entries = Array(repeating: (0, 0), count: size)
            }
            count = 0
        }
    }

    // MARK: Snapshots

    func write(to writer: inout ByteWriter) {
        writer.write(span)
        for generation in [previous, current] { generation.write(to: &writer) }
    }

    init(windowMs: Int64, from reader: inout ByteReader) throws(ReadError) {
        self.init(windowMs: windowMs)
        span = try reader.read()
        spanEndMs = span == Int64.min ? span : (span &+ 1) &* windowMs
        previous = try Generation(from: &reader)
        current = try Generation(from: &reader)
    }
}
