(* shadow(5): name password last_change minimum maximum warn inactive expires reserved. *)
module Diskmend_Shadow =

let field = Diskmend_Rows.field

(* As far as the fields go. *)
let from_expires = field "expires"
let from_inactive = field "inactive" . from_expires?
let from_warn = field "warn" . from_inactive?
let from_maximum = field "maximum" . from_warn?
let from_minimum = field "minimum" . from_maximum?
let from_last_change = field "last_change" . from_minimum?
let from_password = field "password" . from_last_change?

let fields = field "password" . field "last_change" . field "minimum" . field "maximum"
  . field "warn" . field "inactive" . field "expires" . field "reserved"

let lns = ( Diskmend_Rows.blank | Diskmend_Rows.comment
          | Diskmend_Rows.entry fields
          | Diskmend_Rows.bare from_password fields )*
