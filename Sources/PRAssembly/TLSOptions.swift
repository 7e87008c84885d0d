// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRTLS

/// Who this side is, and whom it believes.
public struct TLSOptions: ParsableArguments {
  @Option(help: ArgumentHelp("What this side shows: a PEM file, its own certificate first.", valueName: "path"))
  public var tlsCertificate: String?

  @Option(help: ArgumentHelp("The key to the certificate: a PEM file without a pass phrase.", valueName: "path"))
  public var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "The certificate authorities to believe: a PEM file. Default for an upstream: the system's.", valueName: "path"))
  public var tlsTrust: String?

  @Option(
    help: ArgumentHelp("The name in the certificate of whom this side calls, where it is not the address's host."))
  public var tlsName: String?

  public init() {}

  public func validate() throws {
    if (tlsCertificate == nil) != (tlsKey == nil) {
      throw ValidationError("--tls-certificate and --tls-key go together")
    }
  }

  public var files: TLSFiles { TLSFiles(certificate: tlsCertificate, key: tlsKey, trust: tlsTrust) }
}
