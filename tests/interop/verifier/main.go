// Verifies what Liggaren hands out with nothing that Liggaren's authors wrote but this
// file: the notes and trees are those of golang.org/x/mod/sumdb.
//
//	verifier tiles DIR VKEY      a log as tlog-tiles, of the node with that vkey
//	verifier receipt FILE VKEY   a receipt, from the national vkey down
//
// Exit status 0: all of it verifies.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: verifier tiles DIR VKEY | receipt FILE VKEY")
		os.Exit(2)
	}
	verify := map[string]func(string, string) (string, error){"tiles": verifyTiles, "receipt": verifyReceipt}[os.Args[1]]
	if verify == nil {
		fmt.Fprintln(os.Stderr, "verifier: no such command: "+os.Args[1])
		os.Exit(2)
	}
	found, err := verify(os.Args[2], os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, "verifier: "+err.Error())
		os.Exit(1)
	}
	fmt.Println(found)
}
