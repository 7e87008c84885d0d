// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

@Suite("Many requests at once on one connection", .ownThreads)
struct PipeliningTests {
  /// Quick and slow requests mixed, with the reply to each.
  private func requests(_ count: Int) -> [(request: String, reply: JSONValue)] {
    (0..<count).map { number in
      switch number % 5 {
      case 0: (Requests.getPR("a", "c\(number)"), .value("\(number / 5)"))
      case 1: (Requests.ping, .alive)
      case 2: (Requests.getPR("b", "known"), .value("0"))
      case 3: (#"{"frobnicate":\#(number)}"#, .null)  // stands for a refusal
      default: (Requests.getPR("v\(number)", "c"), .value("0"))
      }
    }
  }

  private func check(_ requests: [(request: String, reply: JSONValue)], _ connection: RawConnection) throws {
    for (request, reply) in requests {
      let received = try connection.readMessage()
      guard reply != .null else {
        #expect(received.refusal != nil, "\(request)")
        continue
      }
      #expect(received == reply, "\(request)")
    }
  }

  @Test("500 in one segment are answered in their order")
  func inOneSegment() throws {
    try withServer { server in
      let connection = try server.connect(greets: false)
      let requests = requests(500)
      try connection.send(RawConnection.greeting + requests.map { $0.request + "\n" }.joined())
      try check(requests, connection)
      #expect(try connection.ask(Requests.maxPackagePR("a")) == .value("99"))
    }
  }

  @Test("more than may be in flight wait, and are answered in their order", arguments: [1, 2, 7])
  func inFlight(limit: Int) throws {
    try withServer(["--max-in-flight", "\(limit)"]) { server in
      let connection = try server.connect()
      let requests = requests(100)
      try connection.send(requests.map { $0.request + "\n" }.joined())
      try check(requests, connection)
      #expect(try connection.ask(Requests.ping) == .alive)
    }
  }

  @Test("who sends no more still gets all replies", arguments: [1, 256])
  func halfClose(limit: Int) throws {
    try withServer(["--max-in-flight", "\(limit)"]) { server in
      let connection = try server.connect()
      let requests = requests(300)
      try connection.send(requests.map { $0.request + "\n" }.joined())
      connection.finishSending()
      try check(requests, connection)
      let (rest, end) = connection.readToEnd()
      #expect(rest.isEmpty && end == .closed)
    }
  }

  @Test("half a request at the end of the connection is nothing")
  func halfRequest() throws {
    try withServer { server in
      let connection = try server.connect()
      try connection.send(Requests.getPR("a", "c") + "\n" + Requests.getPR("b", "c"))
      connection.finishSending()
      #expect(try connection.readMessage() == .value("0"))
      let (rest, end) = connection.readToEnd()
      #expect(rest.isEmpty && end == .closed)
      #expect(try server.connect().rows().count == 1)
    }
  }

  @Test("an export in the middle keeps its place")
  func exportBetween() throws {
    try withServer { server in
      let connection = try server.connect()
      let allocations = (0..<600).map { Requests.getPR("a-rather-long-name-\($0)", "c") }
      try connection.send(allocations.map { $0 + "\n" }.joined())
      for _ in allocations { #expect(try connection.readMessage() == .value("0")) }
      try connection.send(
        [Requests.getPR("b", "c"), Requests.export(history: true), Requests.ping, Requests.export(history: false), ""]
          .joined(separator: "\n"))
      #expect(try connection.readMessage() == .value("0"))
      #expect(try connection.readMessage()["datainfo"]?.elements.count == 601)
      #expect(try connection.readMessage() == .alive)
      #expect(try connection.readMessage()["datainfo"]?.elements.count == 601)
    }
  }

  @Test("who drops the connection in the middle of it costs nobody anything")
  func dropped() throws {
    try withServer { server in
      let bystander = try server.connect()
      for round in 0..<20 {
        let connection = try server.connect()
        try connection.send((0..<50).map { Requests.getPR("r\(round)", "c\($0)") + "\n" }.joined())
        if round.isMultiple(of: 2) { _ = try connection.readLine() }
      }
      #expect(try bystander.ask(Requests.ping) == .alive)
    }
  }
}
