/** Numbers that the real server is the wrong place for: why, and the test that shows them. */
export const notHere: Readonly<Record<number, string>> = {
  55: 'a name that resolves to something else the second time needs a resolver of the test: src/connector/egress.test.ts gives the guard one (mixed answers, another answer for every connection)',
}
