// SPDX-License-Identifier: Apache-2.0
import NIOCore
import TestThreads
import Testing

@testable import headwater

@Suite("What a bench takes for an answer", .ownThreads)
struct BenchReplyTests {
  static let cases: [(BenchWorkload, String, Bool)] = [
    (.known, #"{"value":"7"}"#, true), (.known, #"{"value": "7"}"#, true), (.new, #"{"value": "7"}"#, true),
    (.test, #"{"value":null}"#, false), (.test, #"{"value": null}"#, false), (.known, #"{"value":"#, false),
    (.importing, #"{"invoke-error":{"message":"no"}}"#, false), (.known, "", false),
    (.export, #"{"metainfo":{},"datainfo":[]}"#, true), (.export, #"{"metainfo": {}, "datainfo": []}"#, true),
    (.changes, #"{"store":"s","rows":[]}"#, true), (.changes, #"{"store": null}"#, false),
  ]

  @Test("is what this program's server writes, or BitBake's", arguments: cases)
  func answers(workload: BenchWorkload, reply: String, isAnswer: Bool) {
    #expect(workload.isAnswered(by: ByteBuffer(string: reply).readableBytesView) == isAnswer)
  }
}
