/// A number kept in sixteen bits (bfloat16: a float's sign, exponent and seven bits of mantissa, rounded to even):
/// whole numbers up to 256 are exact, others are right to one part in 256. An account carries some sixty of them.
@propertyWrapper
struct Rounded: BitwiseCopyable {
    private var bits: UInt16

    @inline(__always)
    init(wrappedValue: Float) { bits = Rounded.round(wrappedValue) }

    @inline(__always)
    var wrappedValue: Float {
        get { Float(bitPattern: UInt32(bits) << 16) }
        set { bits = Rounded.round(newValue) }
    }

    /// NaN is set apart: its mantissa may lie in the bits that are cut.
    @inline(__always)
    private static func round(_ value: Float) -> UInt16 {
        let pattern = value.bitPattern
        if value.isNaN { return 0x7FC0 }
        return UInt16(truncatingIfNeeded: (pattern &+ 0x7FFF &+ (pattern &>> 16 & 1)) &>> 16)
    }
}
