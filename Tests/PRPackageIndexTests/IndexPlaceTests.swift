// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex
import Testing

@Suite("Places in an index")
struct IndexPlaceTests {
  @Test("a place is written as compilers write it")
  func place() {
    #expect(IndexPlace(file: "ipk/Packages", line: 12).description == "ipk/Packages:12")
    #expect(IndexPlace(file: "buildhistory/latest").description == "buildhistory/latest")
  }
}
