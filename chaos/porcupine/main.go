// Porcupine reads the log of a run (chaos.jsonl) and has github.com/anishathalye/porcupine decide whether what clients were answered is
// linearizable. It shares no code with the checker of chaos, nor with the coordinator.
//
// There are two kinds of object, each with a history of its own:
//
//   - A transaction is a register that clients only read: it is pending, becomes committed or rolled back once, at a moment that nobody is
//     told of, and then ends. Every start that was answered 201 and every read that was answered 200 is a read of it. Linearizable means
//     that no read which was asked after another was answered sees an older state, by whichever API, and that nobody ever sees another outcome.
//   - An order with a key is a register of the transaction's id: whatever is answered 201, or names an id, names the same one.
//
// What was not answered says nothing, and is left out. Times are milliseconds; what happens in the same one counts as at the same time.
//
// Usage: go run . chaos.jsonl
//
// Exit code 0: linearizable; 1: not, with the histories in question; 2: the log cannot be read, or was not decided in time.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

type seen struct {
	Status string `json:"status"`
	Ended  bool   `json:"ended"`
}

type line struct {
	Kind    string `json:"kind"`
	At      int64  `json:"at"`
	AskedAt int64  `json:"askedAt"`
	Order   string `json:"order"`
	Key     string `json:"key"`
	ID      string `json:"id"`
	HTTP    int    `json:"http"`
	Seen    *seen  `json:"seen"`
}

const patience = time.Minute

// once is a register that changes by itself: next says what a state may become, and a read sees what it is.
func once(first string, next func(state string) []string) porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []interface{} { return []interface{}{first} },
		Step: func(state, _, output interface{}) []interface{} {
			if reaches(state.(string), output.(string), next) {
				return []interface{}{output}
			}
			return nil
		},
		Equal:             func(a, b interface{}) bool { return a == b },
		DescribeOperation: func(_, output interface{}) string { return output.(string) },
	}
	return model.ToModel()
}

func reaches(state, wanted string, next func(string) []string) bool {
	if state == wanted {
		return true
	}
	for _, each := range next(state) {
		if reaches(each, wanted, next) {
			return true
		}
	}
	return false
}

var transaction = once("pending", func(state string) []string {
	switch state {
	case "pending":
		return []string{"committed", "rolledback"}
	case "committed", "rolledback":
		return []string{state + ", ended"}
	}
	return nil
})

// Of an id that is not known yet, anything may become known.
var keyed = func() porcupine.Model {
	model := porcupine.Model{
		Init: func() interface{} { return "" },
		Step: func(state, _, output interface{}) (bool, interface{}) {
			return state == "" || state == output, output
		},
		DescribeOperation: func(_, output interface{}) string { return output.(string) },
	}
	return model
}()

type histories map[string][]porcupine.Operation

func (of histories) add(name string, each line, output string) {
	operation := porcupine.Operation{ClientId: len(of[name]), Call: each.AskedAt, Output: output, Return: each.At}
	of[name] = append(of[name], operation)
}

func told(in seen) string {
	if in.Ended {
		return in.Status + ", ended"
	}
	return in.Status
}

func read(path string) (transactions, keys histories, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	transactions, keys = histories{}, histories{}
	hasKey := map[string]bool{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	for nth := 1; lines.Scan(); nth++ {
		var each line
		if err := json.Unmarshal(lines.Bytes(), &each); err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", path, nth, err)
		}
		if each.Kind == "order" && each.Key != "" {
			hasKey[each.Order] = true
		}
		isAnswered := each.Kind == "read" && each.HTTP == 200 || each.Kind == "start" && each.HTTP == 201
		if isAnswered && each.Seen != nil {
			transactions.add(each.ID, each, told(*each.Seen))
		}
		if each.Kind == "start" && each.ID != "" && hasKey[each.Order] {
			keys.add(each.Order, each, each.ID)
		}
	}
	return transactions, keys, lines.Err()
}

// judge returns how many histories are not linearizable, and how many were not decided.
func judge(what string, model porcupine.Model, all histories) (wrong, undecided int) {
	operations := 0
	for name, history := range all {
		operations += len(history)
		switch porcupine.CheckOperationsTimeout(model, history, patience) {
		case porcupine.Illegal:
			wrong++
			fmt.Printf("%s %s is not linearizable:\n", what, name)
			for _, each := range history {
				fmt.Printf("  %d to %d: %s\n", each.Call, each.Return, each.Output)
			}
		case porcupine.Unknown:
			undecided++
			fmt.Printf("%s %s: not decided within %s\n", what, name, patience)
		}
	}
	fmt.Printf("%d histories of a %s, %d operations: %d not linearizable\n", len(all), what, operations, wrong)
	return wrong, undecided
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . chaos.jsonl")
		os.Exit(2)
	}
	transactions, keys, err := read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	wrong, undecided := judge("transaction", transaction, transactions)
	wrongKeys, undecidedKeys := judge("key", keyed, keys)
	switch {
	case wrong+wrongKeys > 0:
		os.Exit(1)
	case undecided+undecidedKeys > 0 || len(transactions) == 0:
		os.Exit(2)
	}
}
