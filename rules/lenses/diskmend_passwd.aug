(* passwd(5): name password uid gid gecos home shell. *)
module Diskmend_Passwd =

let field = Diskmend_Rows.field

(* As far as the fields go. *)
let from_home = field "home"
let from_gecos = field "gecos" . from_home?
let from_gid = field "gid" . from_gecos?
let from_uid = field "uid" . from_gid?
let from_password = field "password" . from_uid?

let fields = field "password" . field "uid" . field "gid" . field "gecos"
  . field "home" . field "shell"

let lns = ( Diskmend_Rows.blank | Diskmend_Rows.comment
          | Diskmend_Rows.entry fields
          | Diskmend_Rows.bare from_password fields )*
