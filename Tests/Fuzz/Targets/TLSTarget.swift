// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import PRCertificates
import PRTLS

extension FuzzTarget {
  /// The TLS handler between memory BIOs, as a server and as a client. It fails once at most, says nothing after that, and
  /// passes on no text that the other side has not sent, whatever is done to the bytes on their way.
  static let tls = FuzzTarget("tls", length: 2048, milliseconds: 500) { bytes in
    let contexts = try TLSContexts.shared.get()
    var input = FuzzInput(bytes)
    let form = input.byte()
    let pair = try TLSPair(
      .server(contexts.server), .client(contexts.client, expecting: "hq.example"), halfClosure: form & 4 != 0)
    defer { pair.end() }
    if form & 1 == 0 {
      let target = form & 2 == 0 ? pair.server : pair.client
      for piece in input.cut().pieces { target.take(ByteBuffer(bytes: piece)) }
    } else {
      pair.piece = Int(input.byte())
      try play(&input, pair)
    }
    try pair.check()
  }

  /// Steps of both sides, with changes to the bytes on their way.
  private static func play(_ input: inout FuzzInput, _ pair: TLSPair) throws {
    while !input.isEmpty {
      let side = input.flag() ? pair.server : pair.client
      switch input.number(below: 8) {
      case 0: side.write(String(repeating: "q", count: Int(input.byte())))
      case 1: pair.changes.append((isToServer: input.flag(), place: input.word(), bits: input.byte()))
      case 2: side.take(ByteBuffer(bytes: (0..<input.number(below: 32)).map { _ in input.byte() }))
      case 3: side.close(.output)
      case 4: side.close(.all)
      case 5: side.endInput()
      default: try pair.settle()
      }
    }
    try pair.settle()
  }
}

/// What both sides begin with. The files are needed only while it is made.
private struct TLSContexts {
  let server: TLSContext
  let client: TLSContext

  static let shared = Result { try TLSContexts() }

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-fuzz-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let authority = try ThrowawayAuthority(at: Int64(Date().timeIntervalSince1970))
    func files(_ name: String) throws -> TLSFiles {
      let identity = try authority.identity([name])
      let parts = [("pem", identity.certificate), ("key", identity.key), ("ca", authority.certificate)]
      let paths = try parts.map { part in
        let path = folder.appendingPathComponent("\(name).\(part.0)")
        try Data(part.1.utf8).write(to: path)
        return path.path
      }
      return TLSFiles(certificate: paths[0], key: paths[1], trust: paths[2])
    }
    server = try .server(files("hq.example"), requiresClientCertificate: true)
    client = try .client(files("builder.example"))
  }
}
