// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRTLS
import TestThreads
import Testing

/// Python's `ssl` at the other end, as BitBake's own programs would use it.
@Suite(
  "Peers: Python's ssl", .ownThreads, .enabled(if: Command.isThere("python3"), "python3 is not installed"))
struct PythonPeerTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  private var files: [String] {
    ["ca.pem", "builder.example.pem", "builder.example.key", "hq.example.pem", "hq.example.key"].map(certificates.path)
  }

  private static let client = """
    import socket, ssl, sys
    trust, certificate, key, _, _, port, version, ending = sys.argv[1:]
    context = ssl.create_default_context(cafile=trust)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_cert_chain(certificate, key)
    context.maximum_version = ssl.TLSVersion[version]
    raw = socket.create_connection(("127.0.0.1", int(port)))
    with context.wrap_socket(raw, server_hostname="hq.example", suppress_ragged_eofs=False) as peer:
        peer.sendall(b"more\\n" if ending != "read" else b"question\\n")
        if ending == "cut":
            peer.recv(100)
            raw = socket.socket(fileno=peer.detach())
            raw.close()
        elif ending == "unwrap":
            peer.recv(100)
            peer.unwrap()
        else:
            text = b""
            while piece := peer.recv(100):
                text += piece
            print(text)
    """

  private func run(_ server: EchoServer, version: String = "TLSv1_3", ending: String) throws -> Command {
    try Command.run("python3", ["-c", Self.client] + files + ["\(server.port)", version, ending])
  }

  @Test("it gets its line back, and a proper end", arguments: ["TLSv1_2", "TLSv1_3"])
  func line(version: String) throws {
    let server = try EchoServer(certificates.server())
    let python = try run(server, version: version, ending: "read")
    #expect(python.status == 0)
    #expect(python.output == "b'question\\n'\n")
    #expect(try server.next().handshake?.version == version.replacing("_", with: "."))
  }

  @Test("its goodbye is answered and is the end of input")
  func unwrap() throws {
    let server = try EchoServer(certificates.server())
    let python = try run(server, ending: "unwrap")
    #expect(python.status == 0, "\(python.output)")
    let seen = try server.next()
    #expect(seen.wasFinished)
    #expect(seen.errors == [])
  }

  @Test("its vanishing is an error")
  func cut() throws {
    let server = try EchoServer(certificates.server())
    #expect(try run(server, ending: "cut").status == 0)
    let seen = try server.next()
    #expect(!seen.wasFinished)
    #expect(seen.errors == [.truncated])
  }

  private static let server = """
    import socket, ssl, sys
    trust, _, _, certificate, key, version, ending = sys.argv[1:]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=trust)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(certificate, key)
    context.maximum_version = ssl.TLSVersion[version]
    listener = socket.create_server(("127.0.0.1", 0))
    print("port %d." % listener.getsockname()[1], flush=True)
    raw, _ = listener.accept()
    peer = context.wrap_socket(raw, server_side=True)
    print(peer.getpeercert()["subjectAltName"], flush=True)
    text = peer.recv(100)
    peer.sendall(text[::-1].strip() + (b"\\n" if ending == "line" else b""))
    if ending == "cut":
        socket.socket(fileno=peer.detach()).close()
    else:
        peer.unwrap()
    """

  private func talk(version: String = "TLSv1_3", ending: String) throws -> (Conversation, output: String, Int32) {
    let python = try BackgroundCommand("python3", ["-c", Self.server] + files + [version, ending])
    let port = try #require(Int(try python.wait(for: #/port (\d+)\./#)))
    let conversation = try EchoClient.talk(to: port, certificates.client())
    let (status, output) = try python.waitForEnd()
    return (conversation, output, status)
  }

  @Test("as a server it verifies our client, and answers", arguments: ["TLSv1_2", "TLSv1_3"], ["line", "unwrap"])
  func asServer(version: String, ending: String) throws {
    let (conversation, output, status) = try talk(version: version, ending: ending)
    #expect(conversation.text.hasPrefix("noitseuq"))
    #expect(conversation.errors == [])
    #expect(conversation.wasFinished == (ending == "unwrap"))
    #expect(output.contains("builder.example"))
    #expect(status == 0, "\(output)")
  }

  @Test("an answer of a server that vanishes is not taken for a whole one")
  func serverCut() throws {
    let (conversation, _, _) = try talk(ending: "cut")
    #expect(conversation.text == "noitseuq")
    #expect(conversation.errors == [.truncated])
    #expect(!conversation.wasFinished)
  }
}
