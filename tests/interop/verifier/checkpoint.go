package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A node's key: its name, <trust domain>/<path>, and the public half.
type nodeKey struct {
	name   string
	public ed25519.PublicKey
}

func parseVkey(vkey string) (nodeKey, error) {
	verifier, err := note.NewVerifier(vkey) // Checks form and key id.
	if err != nil {
		return nodeKey{}, err
	}
	key, err := base64.StdEncoding.DecodeString(strings.SplitN(vkey, "+", 3)[2])
	if err != nil {
		return nodeKey{}, err
	}
	return nodeKey{verifier.Name(), ed25519.PublicKey(key[1:])}, nil
}

// The key as a verifier of notes, under whatever name.
func (key nodeKey) verifierNamed(name string) (note.Verifier, error) {
	vkey, err := note.NewEd25519VerifierKey(name, key.public)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(vkey)
}

type checkpoint struct {
	text   string
	origin string
	tree   tlog.Tree
	others []note.Signature // Lines that the log's key has not made.
}

func parseCheckpointText(text string) (checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return checkpoint{}, errors.New("a checkpoint has three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return checkpoint{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, err
	}
	return checkpoint{text: text, origin: lines[0], tree: tlog.Tree{N: size, Hash: root}}, nil
}

// Opens a checkpoint of a log that the node writes: both lines must be there and verify,
// that in the node's name and that in the origin's.
func openCheckpoint(bytes []byte, key nodeKey) (checkpoint, error) {
	origin, _, _ := strings.Cut(string(bytes), "\n")
	if path, _, found := strings.Cut(origin, "@"); !found || path != key.name {
		return checkpoint{}, fmt.Errorf("%s is not a log of %s", origin, key.name)
	}
	own, err := key.verifierNamed(key.name)
	if err != nil {
		return checkpoint{}, err
	}
	inOriginsName, err := key.verifierNamed(origin)
	if err != nil {
		return checkpoint{}, err
	}
	for _, verifier := range []note.Verifier{own, inOriginsName} {
		if _, err := note.Open(bytes, note.VerifierList(verifier)); err != nil {
			return checkpoint{}, fmt.Errorf("%s: %v", verifier.Name(), err)
		}
	}
	opened, err := note.Open(bytes, note.VerifierList(own, inOriginsName))
	if err != nil {
		return checkpoint{}, err
	}
	if len(opened.Sigs) != 2 {
		return checkpoint{}, fmt.Errorf("%d lines of the log's key, not 2", len(opened.Sigs))
	}
	parsed, err := parseCheckpointText(opened.Text)
	parsed.others = opened.UnverifiedSigs
	return parsed, err
}

// The time of a cosignature/v1 line by the key (C2SP tlog-cosignature), which Go's note
// does not know. An error if the line is its and does not verify.
func (key nodeKey) cosigned(text string, line note.Signature) (int64, bool, error) {
	const kind = 4
	id := sha256.Sum256(append([]byte(key.name+"\n"+string(rune(kind))), key.public...))
	if line.Name != key.name || line.Hash != binary.BigEndian.Uint32(id[:4]) {
		return 0, false, nil
	}
	bytes, err := base64.StdEncoding.DecodeString(line.Base64)
	if err != nil || len(bytes) != 4+8+ed25519.SignatureSize {
		return 0, false, errors.New("a cosignature of " + key.name + " has the wrong length")
	}
	seconds := binary.BigEndian.Uint64(bytes[4:12])
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
	if !ed25519.Verify(key.public, []byte(message), bytes[12:]) {
		return 0, false, errors.New("a cosignature of " + key.name + " does not verify")
	}
	return int64(seconds), true, nil
}
