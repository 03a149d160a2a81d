import Glibc

/// Zeroed memory for state, straight from the system, to which it goes back when it is freed: within a heap, pieces as
/// large and as aligned as these leave gaps of a third of their size.
///
/// Large pieces start and are backed by huge pages: most of a look-up is address translation.
enum LargePages {
    static var size: Int { 1 << 21 }

    /// - Parameter smallPages: bytes at the start that are touched by the small page, since they may be all that is used.
    static func allocate(_ bytes: Int, smallPages: Int = 0) -> UnsafeMutableRawPointer {
        let wanted = wholePages(bytes)
        let isLarge = wanted >= size
        let mapped = isLarge ? wanted + size : wanted
        guard let raw = mmap(nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            raw != MAP_FAILED
        else { fatalError("out of memory: \(bytes) bytes of state could not be had") }
        guard isLarge else { return raw }
        let before = (size - Int(bitPattern: raw) % size) % size
        if before > 0 { munmap(raw, before) }
        munmap(raw + before + wanted, size - before)
        // 14 is MADV_HUGEPAGE, which Glibc does not export.
        madvise(raw + before + smallPages, wanted - smallPages, 14)
        return raw + before
    }

    /// Has the system clear the memory now and not when it is first written. Systems that cannot do so later.
    static func populate(_ start: UnsafeMutableRawPointer, _ bytes: Int) {
        // 23 is MADV_POPULATE_WRITE, Linux 5.14 and newer.
        madvise(start, wholePages(bytes), 23)
    }

    /// - Parameter bytes: as it was allocated with.
    static func free(_ start: UnsafeMutableRawPointer, _ bytes: Int) { munmap(start, wholePages(bytes)) }

    private static func wholePages(_ bytes: Int) -> Int {
        let page = Int(getpagesize())
        return max((bytes + page - 1) / page, 1) * page
    }
}
