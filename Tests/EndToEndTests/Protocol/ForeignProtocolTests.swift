// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// Where Python is; nil where it is not installed.
private let interpreter = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  .map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite("A client of HTTP at a port for the PR protocol", .ownThreads)
struct ForeignProtocolTests {
  @Test(
    "is told in HTTP what this port speaks, whole, though it goes on sending",
    arguments: [
      ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "not HTTP", 0, "HTTP"),
      (
        "POST / HTTP/1.1\r\nContent-Type: text/xml\r\nContent-Length: 300000\r\n\r\n", "BitBake 1.52 (2021)", 300_000,
        "XML-RPC"
      ),
    ])
  func answered(request: String, words: String, body: Int, name: String) throws {
    try withServer { server in
      let connection = try server.connect(greets: false, seconds: 20)
      try connection.send(request)
      _ = connection.sendWhatIsTaken([UInt8](repeating: UInt8(ascii: "x"), count: body))
      #expect(server.process.errors.wait { $0.contains("looks like \(name)") }, "\(server.log)")
      let status = try connection.readLine()
      #expect(status.hasPrefix("HTTP/1.1 400 ") && status.contains(words), "\(status)")
      connection.finishSending()
      let rest = connection.readToEnd()
      let text = String(decoding: rest.bytes, as: UTF8.self)
      #expect(text.contains("\r\n\r\n") && text.hasSuffix(".\n"), "\(text)")
    }
  }

  @Test(
    "shows the sentence in Python's XML-RPC, as BitBake has it",
    .enabled(if: interpreter != nil, "python3 is not installed")
  )
  func python() throws {
    try withServer { server in
      let script = """
        import sys, xmlrpc.client
        try:
          xmlrpc.client.ServerProxy("http://127.0.0.1:\(server.address.port ?? 0)/").ping()
        except Exception as error:
          print(error)
        """
      let python = try ChildProcess(try #require(interpreter), ["-c", script], in: server.folder.path)
      _ = try python.wait()
      #expect(python.output.text.contains("this client's XML-RPC is too old"), "\(python.output.text)")
    }
  }
}
