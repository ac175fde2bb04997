(* fstab(5): device directory type options frequency pass, split at spaces and tabs. Total: every line
   is blank, a comment, an entry or bare, and these forms exclude each other. A comment is a line
   whose first word starts with '#'; a '#' further on belongs to its field, as libmount reads it.
   An entry has three fields or more. But for the end of the line every byte stands in a value, so
   that the tree tells every place. *)
module Diskmend_Fstab =

let end_of_line = del /\n/ "\n"
let gap = [ label "gap" . store /[ \t]+/ ]
let tail = gap?

(* A carriage return alone is nothing: libmount drops it from the end of a line. *)
let blank = [ label "blank" . store /[ \t]*\r?/ . end_of_line ]
let comment = [ label "comment" . store /[ \t]*#[^\n]*/ . end_of_line ]

let device (form:regexp) = [ label "device" . store form ]
let word = /[^ \t\n#][^ \t\n]*/
let word_but_return = /[^ \t\r\n#][^ \t\n]*|\r[^ \t\n]+/
let field (what:string) = gap . [ label what . store /[^ \t\n]+/ ]

(* What follows the sixth field, in one piece: the number of fields is bounded. *)
let extra = gap . [ label "extra" . store /[^ \t\n]([^\n]*[^ \t\n])?/ ]

let from_pass = field "pass" . extra?
let from_frequency = field "frequency" . from_pass?
let from_options = field "options" . from_frequency?

let entry = [ label "entry" . gap? . device word . field "directory" . field "type"
  . from_options? . tail . end_of_line ]
let bare = [ label "bare" . gap?
  . ( device word . field "directory" . tail | device word_but_return . tail | device "\r" . gap )
  . end_of_line ]

let lns = ( blank | comment | entry | bare )*
