import Testing

@testable import ActivityLog
