#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finding out which file is which log: what is there is listed and compared with what is known.
extension FollowStream {
    /// Lists the files, finds each known log wherever it is now, and takes up new ones.
    mutating func look() {
        var files = listFiles()
        for log in logs.indices {
            logs[log].isListed = false
            for copy in logs[log].copies.indices { logs[log].copies[copy].isListed = false }
        }
        // Known files first, so that it is clear which logs have lost theirs when the others are looked at.
        files.removeAll { findAgain($0) }
        for log in logs.indices where !logs[log].isListed { lookAtHidden(log) }
        hasUnknown = false
        for file in files { meet(file) }
        for log in logs.indices {
            takeUpCopy(log)
            compareCopies(log)
            if !logs[log].isListed {
                logs[log].isRotatedAway = true
                logs[log].absentSinceMs = logs[log].absentSinceMs ?? nowMs
            }
            logs[log].copies.removeAll { !$0.isListed }
        }
        forgetOld()
        for log in logs { wake(log) }
        isFirstLook = false
    }

    /// All files that the patterns name, each once, sorted by name; sees to it that their folders are watched.
    private mutating func listFiles() -> [ListedFile] {
        for index in patterns.indices { patterns[index].lookUp() }
        if watcher.watch(patterns.flatMap(\.folders)) {
            for index in patterns.indices { patterns[index].lookUp() }
        }
        var files = patterns.flatMap(\.files)
        let needsPolling = patterns.contains { $0.needsPolling }
        // A file that is asked for comes before the same file as a sibling.
        files.sort {
            $0.isSibling != $1.isSibling ? $1.isSibling : $0.path.utf8.lexicographicallyPrecedes($1.path.utf8)
        }
        var seen: Set<FileID> = []
        files.removeAll { !seen.insert($0.id).inserted }
        // Of a file without a name no notice comes.
        let hasHidden = logs.contains { log in
            !log.isListed && log.source.map { merge.sources[$0].log != nil } ?? false
        }
        let isPolled = needsPolling || watcher.needsPolling || hasHidden
        nextLookMs =
            nowMs + max(1, isPolled ? configuration.pollMs : FollowStream.lookAnywayMs)
        return files
    }

    // MARK: Known files

    /// Whether the file is known and still the same.
    private mutating func findAgain(_ file: ListedFile) -> Bool {
        if let log = logs.firstIndex(where: { $0.file == file.id }) { return isStill(log, file) }
        for log in logs.indices {
            guard let copy = logs[log].copies.firstIndex(where: { $0.file.id == file.id }) else { continue }
            let known = logs[log].copies[copy].file
            if !file.isAs(size: known.size, modifiedMs: known.modifiedMs, wasFresh: known.isFresh) {
                guard identity(of: file)?.matches(logs[log].identity) == true else {
                    logs[log].copies.remove(at: copy)
                    return false
                }
            }
            logs[log].copies[copy].file = file
            logs[log].copies[copy].isListed = true
            return true
        }
        return false
    }

    /// Whether a log's file still holds it: it may have been cut, or another may have got its number.
    private mutating func isStill(_ log: Int, _ file: ListedFile) -> Bool {
        let known = logs[log]
        if let source = known.source, let held = merge.sources[source].log {
            guard held.withReader({ $0.isUnchanged() }) else {
                noteCut(log, source)
                return false
            }
            if known.identity.head.count < LogIdentity.length && file.size != known.size {
                logs[log].identity = identity(of: file) ?? known.identity
            }
        } else if !file.isAs(size: known.size, modifiedMs: known.modifiedMs, wasFresh: known.isFresh) {
            guard let now = identity(of: file),
                known.identity.isTelling ? now.matches(known.identity) : file.size >= known.size
            else {
                logs[log].file = nil
                return false
            }
            if known.identity.head.count < LogIdentity.length { logs[log].identity = now }
            if known.stage == .finished, file.size > known.size, let source = known.source {
                takeUp(log, source)
            }
        }
        logs[log].note(file)
        logs[log].noteContents(file)
        return true
    }

    /// A file without a name may have been cut, too, before it lost it.
    private mutating func lookAtHidden(_ log: Int) {
        guard let source = logs[log].source, let held = merge.sources[source].log, !logs[log].isCut,
            !held.withReader({ $0.isUnchanged() })
        else { return }
        noteCut(log, source)
    }

    private mutating func noteCut(_ log: Int, _ source: Int) {
        logs[log].isCut = true
        logs[log].isRotatedAway = true
        logs[log].file = nil
        logs[log].quietSinceMs = nowMs
        merge.sources[source].isDry = true
    }

    // MARK: Files not seen before

    /// Finds out which log a file is: one that is known, or a new one.
    private mutating func meet(_ file: ListedFile) {
        guard let identity = identity(of: file) else {
            // Without permission: said, and tried again at each look.
            if cannotBeOpened(file) { add(file, LogIdentity()) }
            return
        }
        guard identity.isTelling else {
            let age = configuration.clock.wallMs() - file.modifiedMs
            if identity.isDamaged || (file.size > 0 && age >= configuration.abandonedAfterMs) {
                add(file, identity)
            } else {
                hasUnknown = true
            }
            return
        }
        // Of several that begin alike, one that has no file any more.
        let alike = logs.indices.filter { logs[$0].identity.matches(identity) }
        guard let log = alike.first(where: { !logs[$0].isListed }) ?? alike.first else {
            return add(file, identity)
        }
        attach(file, to: log)
    }

    /// A file that begins as a known log does.
    private mutating func attach(_ file: ListedFile, to log: Int) {
        let isOpen = logs[log].source.map { merge.sources[$0].log != nil } ?? false
        guard !logs[log].isListed, !isOpen || logs[log].isCut else {
            logs[log].copies.append(
                KnownLog.Copy(
                    file: file, compareAtMs: nowMs + configuration.finishedAfterMs,
                    intervalMs: configuration.finishedAfterMs))
            return
        }
        moveOn(log, to: file)
    }

    /// The log is in this file from now on.
    private mutating func moveOn(_ log: Int, to file: ListedFile) {
        if let source = logs[log].source {
            closeFile(of: log, source)
            if logs[log].stage == .reading || (logs[log].stage == .finished && logs[log].isCut) {
                takeUp(log, source)
            }
        }
        logs[log].note(file)
        logs[log].isRotatedAway = true
        logs[log].noteContents(file)
    }

    /// Reading goes on with a log that had ended, or lost its file.
    private mutating func takeUp(_ log: Int, _ source: Int) {
        logs[log].stage = logs[log].saved == nil ? .waiting : .reading
        logs[log].isCut = false
        merge.sources[source].isEnded = false
        merge.sources[source].isSilent = false
        merge.sources[source].isDry = false
    }

    /// Puts a copy in the place of a file that was cut or is gone before all of it was read.
    private mutating func takeUpCopy(_ log: Int) {
        guard logs[log].stage == .reading || logs[log].stage == .waiting, let source = logs[log].source,
            merge.sources[source].log == nil ? !logs[log].isListed : logs[log].isCut,
            let copy = logs[log].copies.firstIndex(where: { $0.isListed })
        else { return }
        moveOn(log, to: logs[log].copies.remove(at: copy).file)
    }

    /// Whether what looked like a copy is another log: compared once it has been there for a while, and at
    /// growing intervals when it grows.
    private mutating func compareCopies(_ log: Int) {
        guard logs[log].isListed, logs[log].stage != .ignored else { return }
        for copy in logs[log].copies.indices.reversed() {
            let known = logs[log].copies[copy]
            guard known.isListed, nowMs >= known.compareAtMs, known.file.size != known.comparedSize else {
                continue
            }
            let isSame = LogIdentity.holdSameText(
                logs[log].path, known.file.path, backend: merge.configuration.inflateBackend)
            if isSame {
                logs[log].copies[copy].comparedSize = known.file.size
                logs[log].copies[copy].intervalMs *= 2
                logs[log].copies[copy].compareAtMs = nowMs + known.intervalMs * 2
            } else {
                logs[log].copies.remove(at: copy)
                addTwin(of: log, known.file)
            }
        }
    }

    /// The open file begins as the log does and is another: what was read of the log stands.
    mutating func part(_ log: Int, _ source: Int) {
        let file = ListedFile(
            path: logs[log].path, id: logs[log].file!, size: logs[log].size, modifiedMs: logs[log].modifiedMs)
        closeFile(of: log, source)
        logs[log].file = nil
        logs[log].isListed = false
        logs[log].absentSinceMs = nowMs
        merge.sources[source].isDry = true
        addTwin(of: log, file)
    }

    private mutating func addTwin(of log: Int, _ file: ListedFile) {
        add(file, logs[log].identity, note: "it begins as \(logs[log].path) does and is another log")
    }

    // MARK: Adding and forgetting

    private mutating func add(_ file: ListedFile, _ identity: LogIdentity, note: String? = nil) {
        let age = configuration.clock.wallMs() - file.modifiedMs
        let isHistory = isFirstLook && configuration.start == .now
        if isFirstLook && (file.isSibling || (isHistory && age >= configuration.abandonedAfterMs)) {
            logs.append(KnownLog(file, identity, source: nil))
            return
        }
        var source = MergeSource(path: file.path, isRegular: true)
        if !isHistory {
            let formats = FormatSelector(merge.configuration)
            source.peek(decoder: &merge.decoder, formats: formats, configuration: merge.configuration)
            source.format = merge.formats.found(named: formats.name(of: source.format)) ?? .undecided
        }
        // What cannot be opened now is tried again.
        source.isEnded = false
        logs.append(KnownLog(file, identity, source: merge.sources.count))
        logs[logs.count - 1].isPassingHistory = isHistory
        merge.sources.append(source)
        merge.report.sources.append(ReadReport.Source(path: file.path))
        merge.report.sources[merge.sources.count - 1].problem = source.problem
        merge.report.sources[merge.sources.count - 1].note = note
    }

    /// So many logs that are forgotten stay in the report.
    static let forgottenRows = 100

    /// Forgets logs that are done with and whose file has been gone for long.
    private mutating func forgetOld() {
        for (index, log) in logs.enumerated().reversed() {
            guard !log.isListed, log.copies.isEmpty, let since = log.absentSinceMs,
                nowMs - since >= configuration.abandonedAfterMs,
                log.source.map({ merge.sources[$0].isEnded }) ?? true
            else { continue }
            // Where it was, and how it ended, stays in the report.
            if let source = log.source { merge.report.sources[source] = report.sources[source] }
            logs.remove(at: index)
        }
        dropOldRows()
    }

    /// Keeps the latest rows of the report that tell of forgotten logs, so that it does not grow for ever.
    private mutating func dropOldRows() {
        let held = Set(logs.compactMap(\.source))
        let excess = merge.sources.count - held.count - FollowStream.forgottenRows
        guard excess > 0 else { return }
        let forgotten = merge.sources.indices.filter { !held.contains($0) && merge.isDone($0) }
        let places = merge.remove(Set(forgotten.prefix(excess)))
        for log in logs.indices { logs[log].source = logs[log].source.flatMap { places[$0] } }
    }

    private func cannotBeOpened(_ file: ListedFile) -> Bool {
        let descriptor = openForReading(file.path)
        if descriptor >= 0 { close(descriptor) }
        return descriptor < 0 && descriptor != -ENOENT
    }

    private func identity(of file: ListedFile) -> LogIdentity? {
        LogIdentity(path: file.path, file: file.id, backend: merge.configuration.inflateBackend)
    }
}
