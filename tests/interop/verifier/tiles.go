package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight   = 8
	bundleWidth  = 1 << tileHeight
	entriesLevel = -1 // Whose tiles tlog calls data.
)

// Where C2SP has a tile: as tlog does, but without the height.
func tilePath(tile tlog.Tile) string {
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
	return strings.Replace(path, "tile/data/", "tile/entries/", 1)
}

// Of the tiles that are not full, tlog names every width that there has been.
func widest(all []tlog.Tile) (tiles []tlog.Tile) {
	for i, tile := range all {
		if i+1 < len(all) && all[i+1].L == tile.L && all[i+1].N == tile.N {
			continue
		}
		tiles = append(tiles, tile)
	}
	return tiles
}

// Every hash that the entries give, in the order in which tlog stores them.
type storedHashes []tlog.Hash

func (stored storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(stored)) {
			return nil, errors.New("a hash beyond the entries is asked for")
		}
		hashes[i] = stored[index]
	}
	return hashes, nil
}

func (stored *storedHashes) add(index int64, entry []byte) error {
	hashes, err := tlog.StoredHashes(index, entry, *stored)
	*stored = append(*stored, hashes...)
	return err
}

// The entries of a bundle, each after its length.
func splitBundle(bundle []byte) ([][]byte, error) {
	var entries [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			return nil, errors.New("a bundle is cut short")
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		entries = append(entries, bundle[2:end])
		bundle = bundle[end:]
	}
	return entries, nil
}

func readEntries(directory string, size int64) (storedHashes, error) {
	var stored storedHashes
	for index := int64(0); index < size; {
		tile := tlog.Tile{H: tileHeight, L: entriesLevel, N: index / bundleWidth, W: bundleWidth}
		if size-index < bundleWidth {
			tile.W = int(size - index)
		}
		bundle, err := os.ReadFile(filepath.Join(directory, tilePath(tile)))
		if err != nil {
			return nil, err
		}
		entries, err := splitBundle(bundle)
		if err != nil {
			return nil, err
		}
		if len(entries) != tile.W {
			return nil, fmt.Errorf("%s has %d entries", tilePath(tile), len(entries))
		}
		for _, entry := range entries {
			if err := stored.add(index, entry); err != nil {
				return nil, err
			}
			index++
		}
	}
	return stored, nil
}

func verifyTiles(directory, vkey string) (string, error) {
	key, err := parseVkey(vkey)
	if err != nil {
		return "", err
	}
	note, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	if err != nil {
		return "", err
	}
	opened, err := openCheckpoint(note, key)
	if err != nil {
		return "", err
	}
	stored, err := readEntries(directory, opened.tree.N)
	if err != nil {
		return "", err
	}
	root, err := tlog.TreeHash(opened.tree.N, stored)
	if err != nil {
		return "", err
	}
	if root != opened.tree.Hash {
		return "", errors.New("the entries do not give the checkpoint's root")
	}
	tiles := widest(tlog.NewTiles(tileHeight, 0, opened.tree.N))
	for _, tile := range tiles {
		expected, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return "", err
		}
		found, err := os.ReadFile(filepath.Join(directory, tilePath(tile)))
		if err != nil {
			return "", err
		}
		if !bytes.Equal(found, expected) {
			return "", errors.New(tilePath(tile) + " is not what the entries give")
		}
	}
	return fmt.Sprintf("%s: %d entries, %d tiles", opened.origin, opened.tree.N, len(tiles)), nil
}
