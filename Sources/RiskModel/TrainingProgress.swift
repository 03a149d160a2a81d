/// How far training has come.
public struct TrainingProgress: Sendable, Equatable {
    /// From 0 to 1; it never falls.
    public private(set) var share = 0.0
    /// What is being done, or what was found.
    public private(set) var text = ""
    /// The share at which the part being done ends, and the steps that it may still take.
    private var end = 0.0
    private var steps = 0

    /// Begins a part of at most so many steps, or about so many; steps that were not needed are passed over.
    mutating func begin(until end: Double, steps: Int) {
        share = self.end
        self.end = end
        self.steps = steps
    }

    /// Takes one step.
    mutating func advance(_ text: String) {
        self.text = text
        share += (end - share) / Double(max(steps, 2))
        steps -= 1
    }
}
