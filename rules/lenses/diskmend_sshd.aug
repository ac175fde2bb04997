(* sshd_config, line by line. Total: every text is a sequence of these lines, and their three forms
   exclude each other. What the words of an entry mean is decided elsewhere; a lens that judged
   would have to refuse, and a file with one bad line could not be read at all.
   blank: sshd drops form feeds at the end of a line only, so a line of nothing else is blank. *)
module Diskmend_Sshd =

let blank = [ label "blank" . store /[ \t\r\f]*/ . del /\n/ "\n" ]
let comment = [ label "comment" . store /[ \t\r]*#[^\n]*/ . del /\n/ "\n" ]

(* Starts with a word; or with a form feed that something follows. *)
let statement = /[ \t\r]*[^ \t\r\f#\n][^\n]*|[ \t\r]*\f[ \t\r\f]*[^ \t\r\f\n][^\n]*/
let entry = [ label "entry" . [ label "line" . store statement ] . del /\n/ "\n" ]

let lns = ( blank | comment | entry )*
