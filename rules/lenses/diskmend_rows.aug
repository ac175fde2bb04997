(* What the four colon-separated account files share. Total: every line is blank, a comment, an entry
   or bare, and these forms exclude each other. Blanks before the name are skipped and lines that
   start with '#' are comments, as glibc reads them (nss_files: __nss_readline). But for the colons
   and the end of the line every byte stands in a value, so that the tree tells every place. *)
module Diskmend_Rows =

let space = /[ \t\v\f\r]*/
let end_of_line = del /\n/ "\n"
let indent = [ label "gap" . store /[ \t\v\f\r]+/ ]

let blank = [ label "blank" . store space . end_of_line ]
let comment = [ label "comment" . store /[ \t\v\f\r]*#[^\n]*/ . end_of_line ]

(* The name may be empty when a colon follows. *)
let word = /[^:# \t\v\f\r\n][^:\n]*/
let name = [ label "name" . store /([^:# \t\v\f\r\n][^:\n]*)?/ ]
let lone = [ label "name" . store word ]
let field (what:string) = del /:/ ":" . [ label what . store /[^:\n]*/ ]

(* What follows the last field, in one piece: the number of fields is bounded. *)
let extra = del /:/ ":" . [ label "extra" . store /[^\n]*/ ]

(* A line with exactly its fields, and one with fewer or more of them. *)
let entry (fields:lens) = [ label "entry" . indent? . name . fields . end_of_line ]
let bare (fewer:lens) (fields:lens) =
  [ label "bare" . indent? . ( lone | name . fewer | name . fields . extra ) . end_of_line ]
