import Testing

@testable import ScoringPipeline
