"""The classes that the extension makes objects of, in one place."""

from serialref._enums import *
from serialref._enums import UNLIMITED as UNLIMITED
from serialref._errors import StoreError as StoreError
from serialref._listing import Listing as Listing, References as References
from serialref._records import *
from serialref.stores import *
