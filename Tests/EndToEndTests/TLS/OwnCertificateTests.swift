// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A node's own certificate", .ownThreads)
struct OwnCertificateTests {
  @Test("one that has expired is an alarm at the start")
  func expired() throws {
    let authority = try Authority("root")
    try authority.makeExpired("expired")
    let server = try ServerProcess(authority.options("expired"), listeners: ["tls://127.0.0.1:0"])
    #expect(
      server.process.errors.wait {
        $0.contains("warning an alarm was raised") && $0.contains("alarm=certificate-expired:")
          && $0.contains("renew it")
      }, "\(server.log)")
    try server.stop()
  }

  @Test("one that is in order is not mentioned")
  func valid() throws {
    let authority = try Authority("root")
    let server = try ServerProcess(authority.options("root"), listeners: ["tls://127.0.0.1:0"])
    try server.stop()
    #expect(!server.log.contains("alarm"), "\(server.log)")
  }

  @Test("'topology check' reads dates, and names by which other nodes call it")
  func check() throws {
    let (authority, tool) = (try Authority("hq.example"), try Tool())
    try authority.makeExpired("expired")
    func file(certificate: String, host: String) -> String {
      """
      defaults:
        tls: {trust: \(authority.path("ca.pem"))}
      nodes:
        hq:
          host: \(host)
          listen: tls://0.0.0.0:8586
          tls: {certificate: \(authority.path("\(certificate).pem")), key: \(authority.path("\(certificate).key"))}
        site:
          host: site.example
          upstream: hq
          lane: 0/2

      """
    }
    try tool.folder.write(file(certificate: "hq.example", host: "hq.example"), to: "good.yaml")
    try tool.run("topology", "check", "good.yaml").succeeded()
    try tool.folder.write(file(certificate: "expired", host: "expired"), to: "old.yaml")
    let old = try tool.run("topology", "check", "old.yaml")
    #expect(old.ending == .exit(1) && old.output.contains("error: the certificate of 'hq' expired on"), "\(old.output)")
    try tool.folder.write(file(certificate: "hq.example", host: "other.example"), to: "other.yaml")
    let other = try tool.run("topology", "check", "other.yaml")
    #expect(
      other.ending == .exit(1) && other.output.contains("'site' calls it 'other.example'"), "\(other.output)")
  }
}
