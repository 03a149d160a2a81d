import CLinux

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Ends the wait of a follower, from any thread or from a signal handler.
public final class FollowWaker: Sendable {
    fileprivate let readEnd: Int32
    fileprivate let writeEnd: Int32

    init() throws(ReadError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw ReadError("cannot follow logs: no pipe: \(systemMessage(errno))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    public func wake() {
        // A full pipe has been woken already.
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }
}

/// Tells when something may have changed in some folders: by the kernel's notice, or after a time where there is none.
struct LogWatcher: ~Copyable {
    /// What a wait ended with.
    struct Change {
        /// A name came, went or was changed, or notices were lost: the folders have to be listed again.
        var names = false
        /// A file was written to.
        var contents = false
        var isWoken = false
    }

    let waker: FollowWaker
    /// No notice comes from some folder, so that it has to be looked at.
    private(set) var needsPolling = false
    private let notices: Int32
    /// The kernel's numbers of the folders that are watched.
    private var numbers: [Int32] = []

    init(usesNotices: Bool) throws(ReadError) {
        waker = try FollowWaker()
        #if os(Linux)
            notices = usesNotices ? inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC)) : -1
        #else
            notices = -1
        #endif
    }

    deinit { if notices >= 0 { close(notices) } }

    /// Watches these folders and no others.
    /// - Returns: whether one of them is new, so that what changed in it before went unseen.
    mutating func watch(_ wanted: [String]) -> Bool {
        #if os(Linux)
            guard notices >= 0 else {
                needsPolling = true
                return false
            }
            // A watch belongs to a folder and not to its name, so that each is asked for again: a folder that was
            // made anew under the same name gets a new number.
            let mask =
                UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE)
                | UInt32(IN_MODIFY) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF)
            needsPolling = false
            let old = numbers
            numbers = []
            for folder in wanted {
                let number = LogWatcher.isRemote(folder) ? -1 : inotify_add_watch(notices, folder, mask)
                if number >= 0 { numbers.append(number) } else { needsPolling = true }
            }
            for number in old where !numbers.contains(number) { inotify_rm_watch(notices, number) }
            return numbers.contains { !old.contains($0) }
        #else
            needsPolling = true
            return false
        #endif
    }

    /// Waits until something may have changed, at most `ms` milliseconds.
    func wait(ms: Int64) -> Change {
        var change = Change()
        var polled = [
            pollfd(fd: waker.readEnd, events: Int16(POLLIN), revents: 0),
            pollfd(fd: notices, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&polled, notices >= 0 ? 2 : 1, Int32(clamping: max(0, ms))) > 0 else { return change }
        var buffer = [UInt8](repeating: 0, count: 4096)
        if polled[0].revents != 0 {
            change.isWoken = true
            while read(waker.readEnd, &buffer, buffer.count) > 0 {}
        }
        #if os(Linux)
            while notices >= 0 && polled[1].revents != 0 {
                let count = read(notices, &buffer, buffer.count)
                guard count > 0 else { break }
                LogWatcher.note(buffer[..<count], in: &change)
            }
        #endif
        return change
    }

    #if os(Linux)
        private static func note(_ notices: ArraySlice<UInt8>, in change: inout Change) {
            notices.withUnsafeBytes { bytes in
                var offset = 0
                while offset + 16 <= bytes.count {
                    // struct inotify_event: number, mask, cookie, length of the name that follows.
                    let mask = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                    let length = bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)
                    if mask & UInt32(IN_MODIFY) != 0 { change.contents = true } else { change.names = true }
                    offset += 16 + Int(length)
                }
            }
        }

        /// Whether other machines may change the folder, of which this one's kernel knows nothing.
        private static func isRemote(_ folder: String) -> Bool {
            // NFS, SMB, CIFS, SMB 2, 9P, FUSE, AFS, Ceph, from the kernel's magic.h.
            return [
                0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x0102_1997, 0x6573_5546, 0x5346_414F, 0x00C3_6400,
            ]
            .contains(pg_file_system_magic(folder))
        }
    #endif
}
