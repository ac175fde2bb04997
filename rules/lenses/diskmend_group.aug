(* group(5): name password gid members. *)
module Diskmend_Group =

let field = Diskmend_Rows.field

(* As far as the fields go. *)
let from_gid = field "gid"
let from_password = field "password" . from_gid?

let fields = field "password" . field "gid" . field "members"

let lns = ( Diskmend_Rows.blank | Diskmend_Rows.comment
          | Diskmend_Rows.entry fields
          | Diskmend_Rows.bare from_password fields )*
