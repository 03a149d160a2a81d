extension Int64 {
    /// The sum, or the nearest number there is: a log may claim any amount, and no total of them may trap or wrap.
    @inlinable @inline(__always)
    public func plus(_ other: Int64) -> Int64 {
        let (sum, isBeyond) = addingReportingOverflow(other)
        return isBeyond ? (other < 0 ? .min : .max) : sum
    }
}
