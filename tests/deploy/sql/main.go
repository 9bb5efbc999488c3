// SPDX-License-Identifier: Apache-2.0

// What CockroachDB's own parser says of the statements on its input. Exit 1: it does not take them.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/cockroachdb/cockroachdb-parser/pkg/sql/parser"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		_, err = parser.Parse(string(text))
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
