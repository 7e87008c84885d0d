// SPDX-License-Identifier: Apache-2.0
import PRWire
import Testing

@Suite("Addresses")
struct EndpointTests {
  @Test(
    "are read by their bytes, and again as they were written",
    arguments: [
      ("localhost:8585", "tcp://localhost:8585"), ("tcp://[::1]:0", "tcp://[::1]:0"), ("tls://[hq]:1", "tls://hq:1"),
      ("unix:///run/pr.sock", "unix:///run/pr.sock"), ("\u{320}x:85", "tcp://\u{320}x:85"),
      ("tcp://\u{301}:85", "tcp://\u{301}:85"), ("unix:///\u{301}", "unix:///\u{301}"),
    ])
  func again(text: String, written: String) throws {
    let endpoint = try Endpoint(text)
    #expect(endpoint.description.utf8.elementsEqual(written.utf8))
    #expect(try Endpoint(endpoint.description) == endpoint)
  }

  @Test(
    "that cannot be meant are refused",
    arguments: [
      "", ":", "hq", "hq:", "hq:x", "hq:65536", ":1", "[]:1", "::1:8585", "a,b:1", "[[a]]:1", "[a:1", "a]:1",
      "ftp://hq:1", "unix://pr.sock", "tcp://", "hq\u{301}",
    ])
  func refused(text: String) { #expect(throws: Endpoint.Malformed.self) { try Endpoint(text) } }
}
