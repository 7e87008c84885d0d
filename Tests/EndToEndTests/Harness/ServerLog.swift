// SPDX-License-Identifier: Apache-2.0
import Testing

/// What a test looks for in the log of a server. The log arrives by a thread of the server and one of the test: nothing else
/// that the server does says that a line is there.
protocol LogSource {
  var server: ServerProcess { get }
}

extension LogSource {
  /// How many lines hold a text so far. For what must not be there: more may arrive.
  func logs(_ text: String) -> Int { server.log.lines(with: text) }

  /// Whether a line comes that holds a text.
  ///
  /// - Parameter times: so many lines have to come, and no further one may have come with them; nil for one or more.
  func hasLogged(_ text: String, times: Int? = nil) -> Bool {
    guard server.process.errors.wait(until: { $0.lines(with: text) >= times ?? 1 }) else { return false }
    return times.map { logs(text) == $0 } ?? true
  }

  /// Whether a line comes that holds a text, and no more of them than one at the beginning and one for each minute. A slow
  /// machine may take as long as it likes.
  ///
  /// - Parameter time: how long the line had cause to come.
  func hasLoggedOnceAMinute(_ text: String, in time: Duration) -> Bool {
    hasLogged(text) && logs(text) <= 1 + Int(clamping: time.components.seconds) / 60
  }

  /// Waits until so many lines hold a text.
  func waitForLog(_ text: String, times: Int = 1, sourceLocation: SourceLocation = #_sourceLocation) {
    let isThere = server.process.errors.wait { $0.lines(with: text) >= times }
    #expect(isThere, "the log never said '\(text)' \(times) times: \(server.log)", sourceLocation: sourceLocation)
  }
}

extension ServerProcess: LogSource {
  var server: ServerProcess { self }
}

extension String {
  /// How many whole lines hold a text.
  fileprivate func lines(with text: String) -> Int {
    split(separator: "\n").dropLast(hasSuffix("\n") ? 0 : 1).count { $0.contains(text) }
  }
}
