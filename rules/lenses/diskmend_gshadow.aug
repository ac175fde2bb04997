(* gshadow(5): name password administrators members. *)
module Diskmend_Gshadow =

let field = Diskmend_Rows.field

(* As far as the fields go. *)
let from_administrators = field "administrators"
let from_password = field "password" . from_administrators?

let fields = field "password" . field "administrators" . field "members"

let lns = ( Diskmend_Rows.blank | Diskmend_Rows.comment
          | Diskmend_Rows.entry fields
          | Diskmend_Rows.bare from_password fields )*
