package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Numbers of fields: proto/liggare/v1/entry.proto and event.proto.
const (
	eventLog             = 2
	eventIndex           = 3
	eventData            = 8
	dataSubject          = 2
	dataNodeEnrolled     = 110
	dataNodeKeyChanged   = 111
	enrolmentVerifierKey = 1
)

// The JSON form of liggare.v1.Receipt, as far as it is verified here.
type receipt struct {
	Event     provenEntry   `json:"event"`
	Cosigned  []provenEntry `json:"cosigned"`
	Enrolment struct {
		Links []provenEntry `json:"links"`
	} `json:"enrolment"`
}

type provenEntry struct {
	Entry          []byte   `json:"entry"`
	InclusionProof [][]byte `json:"inclusion_proof"`
	Checkpoint     []byte   `json:"checkpoint"`
}

// The last value of a field of a serialised message: bytes or a number.
func field(message []byte, wanted uint64) (bytes []byte, number uint64, err error) {
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			return nil, 0, errors.New("a message's tag is cut short")
		}
		message = message[n:]
		var value []byte
		var integer uint64
		switch tag & 7 {
		case 0:
			integer, n = binary.Uvarint(message)
			if n <= 0 {
				return nil, 0, errors.New("a number is cut short")
			}
			message = message[n:]
		case 1:
			if len(message) < 8 {
				return nil, 0, errors.New("a number is cut short")
			}
			message = message[8:]
		case 2:
			length, n := binary.Uvarint(message)
			if n <= 0 || length > uint64(len(message)-n) {
				return nil, 0, errors.New("a field is cut short")
			}
			value = message[n : n+int(length)]
			message = message[n+int(length):]
		default:
			return nil, 0, errors.New("a field of a kind that no entry has")
		}
		if tag>>3 == wanted {
			bytes, number = value, integer
		}
	}
	return bytes, number, nil
}

// The keys that are known, by their nodes' names.
type keyChain map[string]nodeKey

func (chain keyChain) nameOf(domain, log string) string {
	path, _, _ := strings.Cut(log, "@")
	return domain + "/" + path
}

// That the entry stands under its checkpoint, which its log's node has signed; and who has
// cosigned that, of those whose keys are known.
func (chain keyChain) verify(domain string, proven provenEntry) (cosigners []string, err error) {
	log, _, err := field(proven.Entry, eventLog)
	if err != nil {
		return nil, err
	}
	_, index, err := field(proven.Entry, eventIndex)
	if err != nil {
		return nil, err
	}
	key, known := chain[chain.nameOf(domain, string(log))]
	if !known {
		return nil, errors.New("nothing enrols the key of the log " + string(log))
	}
	opened, err := openCheckpoint(proven.Checkpoint, key)
	if err != nil {
		return nil, err
	}
	if opened.origin != domain+"/"+string(log) {
		return nil, fmt.Errorf("an entry of %s under a checkpoint of %s", log, opened.origin)
	}
	var proof tlog.RecordProof
	for _, bytes := range proven.InclusionProof {
		var hash tlog.Hash
		if copy(hash[:], bytes) != len(hash) || len(bytes) != len(hash) {
			return nil, errors.New("a hash of a proof has the wrong length")
		}
		proof = append(proof, hash)
	}
	err = tlog.CheckRecord(proof, opened.tree.N, opened.tree.Hash, int64(index), tlog.RecordHash(proven.Entry))
	if err != nil {
		return nil, err
	}
	for _, line := range opened.others {
		key, known := chain[line.Name]
		if !known {
			continue
		}
		if _, is, err := key.cosigned(opened.text, line); err != nil {
			return nil, err
		} else if is {
			cosigners = append(cosigners, line.Name)
		}
	}
	return cosigners, nil
}

// Takes the key that a verified entry enrols, or changes to.
func (chain keyChain) learn(domain string, entry []byte) error {
	data, _, err := field(entry, eventData)
	if err != nil {
		return err
	}
	subject, _, err := field(data, dataSubject)
	if err != nil {
		return err
	}
	for _, number := range []uint64{dataNodeEnrolled, dataNodeKeyChanged} {
		payload, _, err := field(data, number)
		if err != nil || payload == nil {
			continue
		}
		vkey, _, err := field(payload, enrolmentVerifierKey)
		if err != nil {
			return err
		}
		key, err := parseVkey(string(vkey))
		if err != nil {
			return err
		}
		if key.name != domain+"/"+strings.TrimPrefix(string(subject), "node/") {
			return fmt.Errorf("%s enrols a key of %s", subject, key.name)
		}
		chain[key.name] = key
	}
	return nil
}

func verifyReceipt(file, nationalVkey string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var parsed receipt
	if err := json.Unmarshal(text, &parsed); err != nil {
		return "", err
	}
	national, err := parseVkey(nationalVkey)
	if err != nil {
		return "", err
	}
	domain := national.name[:strings.LastIndex(national.name, "/")]
	chain := keyChain{national.name: national}
	for i, link := range parsed.Enrolment.Links {
		if _, err := chain.verify(domain, link); err != nil {
			return "", fmt.Errorf("link %d: %v", i, err)
		}
		if err := chain.learn(domain, link.Entry); err != nil {
			return "", fmt.Errorf("link %d: %v", i, err)
		}
	}
	cosigners, err := chain.verify(domain, parsed.Event)
	if err != nil {
		return "", fmt.Errorf("the event: %v", err)
	}
	for i, proven := range parsed.Cosigned {
		if string(proven.Entry) != string(parsed.Event.Entry) {
			return "", fmt.Errorf("cosigned %d: another entry", i)
		}
		more, err := chain.verify(domain, proven)
		if err != nil {
			return "", fmt.Errorf("cosigned %d: %v", i, err)
		}
		if len(more) == 0 {
			return "", fmt.Errorf("cosigned %d: by nobody who is known", i)
		}
		cosigners = append(cosigners, more...)
	}
	return fmt.Sprintf("%d links, cosigned by %s", len(parsed.Enrolment.Links), strings.Join(cosigners, ", ")), nil
}
